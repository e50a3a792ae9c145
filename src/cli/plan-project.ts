import { rulesFor } from "../../rules/load.ts";
import { askAccess } from "../apply/access.ts";
import { makePlan } from "../apply/plan.ts";
import type { Plan } from "../apply/plan-model.ts";
import { takeSnapshot } from "../apply/snapshot.ts";
import { snapshotText } from "../apply/snapshot-text.ts";
import { requireRules } from "../config/load.ts";
import { judgedGraphs, lint } from "../engine/lint.ts";
import type { LintInput } from "../engine/lint-input.ts";
import { prepareFiles } from "../load/load.ts";
import type { Cluster } from "../model/cluster.ts";
import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import type { ProfileKey } from "../model/profile.ts";
import type { Report } from "../model/report.ts";
import { activeFindings } from "../report/summary.ts";
import { loadValidators } from "../schema/validate.ts";
import type { Io } from "./io.ts";
import { inputOf } from "./lint-project.ts";
import { readProject } from "./project.ts";
import { say } from "./say.ts";

export interface PlanRequest {
  /** A folder, or `-`. */
  readonly path: string;
  readonly config: string | null;
  /** Null: the only set that there is. */
  readonly set: string | null;
  readonly profile: Readonly<Partial<Record<ProfileKey, string>>>;
  readonly force: boolean;
}

export interface Planned {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly report: Report;
}

function onlyGraph(graphs: readonly Graph[], named: boolean): Graph {
  const [graph, ...others] = graphs;
  if (!graph) throw new UsageError("there is nothing to apply: no set holds an object here");
  if (others.length === 0) return graph;
  const names = graphs.map(({ set }) => set.name).join(", ");
  throw new UsageError(
    named
      ? `--set names ${graphs.length} sets, and one at a time is applied: ${names}`
      : `there are ${graphs.length} sets here, and one at a time is applied: name it with --set (${names})`,
  );
}

/**
 * Judges a set beside a cluster's objects and plans its application. The cluster is only read and asked.
 *
 * @throws UsageError for wrong usage or config; ClusterError where the server does not answer
 */
export async function planProject(io: Io, cluster: Cluster, request: PlanRequest): Promise<Planned> {
  const sets = request.set === null ? [] : [request.set];
  const project = await readProject(io, [request.path], { config: request.config, packages: true, sets });
  const catalogue = await rulesFor(null);
  requireRules(
    project.patterns,
    catalogue.map(({ id }) => id),
  );
  const snapshot = await takeSnapshot(cluster, { namespaces: null });
  for (const { reason } of snapshot.unread) say(io, `meshlint: not read: ${reason}`);
  const path = `<${cluster.server.replace(/^https?:\/\//, "")}>`;
  const options = { profile: request.profile, rules: [], skip: [], severities: [], strict: false, sets };
  const before: LintInput = {
    ...inputOf(project, options, catalogue, new Date()),
    live: [{ path, text: snapshotText(snapshot) }],
  };
  prepareFiles([
    ...before.files,
    ...(before.live ?? []),
    ...before.contextFiles.flatMap(({ files }) => files),
  ]);
  await loadValidators();
  const named = request.set !== null;
  // Who may do what is asked for the objects of the set, and is part of what the cluster is judged by.
  const answers = await askAccess(cluster, onlyGraph(judgedGraphs(before), named));
  const live = [{ path, text: snapshotText({ ...snapshot, objects: [...snapshot.objects, ...answers] }) }];
  const input: LintInput = { ...before, live };
  const report = lint(input);
  const graph = onlyGraph(judgedGraphs(input), named);
  const findings = activeFindings(report).filter(({ sets: of }) => of.includes(graph.set.name));
  return { plan: await makePlan(cluster, graph, { findings, force: request.force }), graph, report };
}
