import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import { createColors } from "picocolors";
import { applyPlan, recordNamespaceOf } from "../../apply/application.ts";
import { differencesFrom, type PlanFile, readPlanFile } from "../../apply/plan-json.ts";
import { hasChanges, type Plan, plannedObjects } from "../../apply/plan-model.ts";
import { countsText, planText, refusalLines } from "../../apply/plan-text.ts";
import { dryRunText, resultText } from "../../apply/result-text.ts";
import { idlePatterns, partOf } from "../../apply/select.ts";
import { connect, type ConnectOptions } from "../../cluster/connect.ts";
import { type Cluster, ClusterError } from "../../model/cluster.ts";
import { UsageError } from "../../model/errors.ts";
import type { Colors } from "../../report/colors.ts";
import { plural } from "../../report/summary.ts";
import { type ApplyArguments, applyArguments } from "../apply-arguments.ts";
import { Progress } from "../apply-progress.ts";
import { type ClusterArguments, clusterArguments } from "../cluster-arguments.ts";
import { confirmed, isTerminal } from "../confirm.ts";
import { commitOf, isModified, openRepository } from "../git.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { meshlintVersion } from "../package-files.ts";
import type { ParsedLine } from "../parse.ts";
import { planRequest } from "../plan-arguments.ts";
import { planProject } from "../plan-project.ts";
import { say } from "../say.ts";
import { sayCrashes } from "./lint.ts";

function planFileOf(io: Io, path: string | null): PlanFile | null {
  if (path === null) return null;
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, path), "utf8");
  } catch {
    throw new UsageError(`--plan: the file ${path} cannot be read`);
  }
  return readPlanFile(text);
}

/** `anna@build-7, process 4711 (9f31c0)`: the last part tells runs of containers apart, whose processes are all 1. */
function holderName(io: Io): string {
  const { USER, USERNAME } = io.env;
  let user = USER ?? USERNAME ?? "";
  try {
    user ||= userInfo().username;
  } catch {
    user = "somebody";
  }
  return `${user}@${hostname()}, process ${process.pid} (${randomUUID().slice(0, 6)})`;
}

/** The commit that is applied, as the record has it; a set that is no part of a repository has none. */
async function revisionOf(io: Io, path: string): Promise<string | null> {
  if (path === "-") return null;
  try {
    const repository = await openRepository(io, resolve(io.cwd, path));
    const commit = repository && (await commitOf(repository, "HEAD"));
    if (!repository || commit === null) return null;
    return (await isModified(repository)) ? `${commit} with changes` : commit;
  } catch (error) {
    // Git is not installed, or does not trust the folder, or it is a file: the record goes without.
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function connection(
  io: Io,
  { kubeconfig, context }: ClusterArguments,
  more: Partial<ConnectOptions>,
): Cluster {
  const file = kubeconfig === null ? null : resolve(io.cwd, kubeconfig);
  return connect({ kubeconfig: file, context, ...more });
}

/** That of the lease is impatient, since a late renewal is none. */
const impatient = { timeout: 10_000, retries: 1 } as const;

/** What is to be applied; null: it is not, and has been said why. */
function chosen(
  io: Io,
  whole: Plan,
  file: PlanFile | null,
  wanted: ApplyArguments,
  colors: Colors,
): Plan | null {
  const differences = file === null ? [] : differencesFrom(file, whole);
  const [idle] = idlePatterns(whole, wanted.only);
  if (idle !== undefined) throw new UsageError(`--only ${idle}: no object of the set is called so`);
  const plan = partOf(whole, wanted);
  if (!wanted.quiet) io.stdout.write(planText(plan, colors));
  else if (plan.refusals.length > 0)
    io.stdout.write(`${plan.refusals.flatMap((refusal) => refusalLines(refusal, colors)).join("\n")}\n`);
  for (const difference of differences) say(io, `meshlint: ${difference}`);
  if (differences.length > 0) {
    say(
      io,
      "meshlint: this is not what was planned, and nothing is applied: plan again, and have it reviewed",
    );
    return null;
  }
  if (plan.refusals.length > 0) {
    say(io, `meshlint: ${plural(plan.refusals.length, "reason")} not to apply; nothing has been changed`);
    return null;
  }
  return plan;
}

async function agreed(io: Io, plan: Plan, wanted: ApplyArguments): Promise<boolean> {
  if (wanted.yes || wanted.dryRun || !hasChanges(plan)) return true;
  const yes = await confirmed(io, `Apply this to ${plan.server} (${countsText(plan)})? [y/N] `);
  if (!yes) say(io, "meshlint: nothing has been changed");
  return yes;
}

/** How long requests that are under way are waited for after an interruption. */
const abandonAfter = 8000;

async function run(
  io: Io,
  line: ParsedLine,
  plan: Plan,
  more: {
    readonly namespace: string;
    readonly recheck: boolean;
    readonly cluster: Cluster;
    readonly abandon: () => void;
  },
  colors: Colors,
): Promise<number> {
  const wanted = applyArguments(line);
  const { cluster, recheck, namespace, abandon } = more;
  const request = planRequest(line);
  const terminal = isTerminal(io, io.stderr);
  const progress = new Progress(io.stderr, terminal ? io.stderr.columns || 80 : null, colors);
  const interrupted = new AbortController();
  const stopListening = io.onInterrupt?.(() => {
    progress.end();
    say(io, "meshlint: interrupted: waiting for the requests that are under way; once more ends it at once");
    interrupted.abort();
    setTimeout(abandon, abandonAfter).unref();
  });
  const beside = connection(io, clusterArguments(line), impatient);
  try {
    const result = await applyPlan(cluster, beside, plan, {
      dryRun: wanted.dryRun,
      force: request.force,
      wait: wanted.wait,
      timeout: wanted.timeout,
      recheck,
      signal: interrupted.signal,
      onEvent: wanted.quiet ? () => {} : progress.onEvent,
      namespace,
      holder: holderName(io),
      revision: wanted.dryRun ? null : await revisionOf(io, request.path),
      version: meshlintVersion(),
      onNotice: (message) => {
        progress.end();
        say(io, `meshlint: ${message}`);
      },
    });
    progress.end();
    io.stdout.write(wanted.dryRun ? dryRunText(result, colors) : resultText(result, colors));
    return result.state === "done" ? 0 : 1;
  } finally {
    progress.end();
    stopListening?.();
    beside.close();
  }
}

/** `meshlint apply`: does what `meshlint plan` shows. */
export async function runApply(line: ParsedLine, io: Io): Promise<number> {
  const wanted = applyArguments(line);
  const request = planRequest(line);
  const canAsk = isTerminal(io, io.stdin) && isTerminal(io, io.stderr) && request.path !== "-";
  if (!wanted.yes && !wanted.dryRun && !canAsk)
    throw new UsageError(
      "nobody can be asked here whether to apply the plan (no terminal): --yes applies it without asking, --dry-run " +
        "changes nothing",
    );
  const file = planFileOf(io, wanted.plan);
  const colors = createColors(wantsColor(io, colorOf(line)));
  const abandoned = new AbortController();
  const abandon = (): void =>
    abandoned.abort(new ClusterError("unreachable", "no answer before the run was ended"));
  // Every request under way listens.
  setMaxListeners(0, abandoned.signal);
  const cluster = connection(io, clusterArguments(line), { signal: abandoned.signal });
  try {
    const { plan: whole, graph, report } = await planProject(io, cluster, request);
    sayCrashes(io, report.crashes, false);
    if (report.crashes.length > 0) return 3;
    const plan = chosen(io, whole, file, wanted, colors);
    if (plan === null) return 1;
    if (plannedObjects(plan).length === 0) {
      say(io, "meshlint: there is nothing to apply");
      return 0;
    }
    if (!(await agreed(io, plan, wanted))) return 1;
    const namespace = wanted.recordNamespace ?? recordNamespaceOf(graph);
    return await run(io, line, plan, { namespace, recheck: canAsk && !wanted.yes, cluster, abandon }, colors);
  } finally {
    cluster.close();
  }
}
