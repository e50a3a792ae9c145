import { performance } from "node:perf_hooks";
import { createColors } from "picocolors";
import { rulesFor } from "../../../rules/load.ts";
import type { Crash, Report } from "../../model/report.ts";
import { explainProfile } from "../../report/profile.ts";
import { exitCodeOf, plural, summaryOf } from "../../report/summary.ts";
import { formatReport } from "../formats.ts";
import type { SourceFile } from "../../model/source.ts";
import { saveBaseline } from "../baseline.ts";
import type { ClusterArguments } from "../cluster-arguments.ts";
import type { Io } from "../io.ts";
import { type LintArguments, lintArguments } from "../lint-arguments.ts";
import { lintProject, requireObjects } from "../lint-project.ts";
import { wantsColor, writeWhole } from "../output.ts";
import { meshlintVersion } from "../package-files.ts";
import type { ParsedLine } from "../parse.ts";
import { RuleCosts } from "../rule-costs.ts";
import { say } from "../say.ts";

/** Durations of steps, for `--stats`. */
class Clock {
  readonly steps: (readonly [string, number])[] = [];
  #last = performance.now();

  lap(step: string): void {
    const now = performance.now();
    this.steps.push([step, now - this.#last]);
    this.#last = now;
  }
}

function crashText({ rule, set, subject, error }: Crash, verbose: boolean): string {
  const what = error instanceof Error ? error.message : String(error);
  const stack = verbose && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
  return `meshlint: this is a bug in rule ${rule}, at ${subject ?? `set ${set}`}: ${what}${stack}`;
}

/** Says which rules crashed, and what to do about it. */
export function sayCrashes(io: Io, crashes: readonly Crash[], verbose: boolean): void {
  for (const crash of crashes) say(io, crashText(crash, verbose));
  if (crashes.length === 0) return;
  say(
    io,
    `Please report it with the version (${meshlintVersion()}) and ` +
      `${verbose ? "the lines above" : "what --verbose shows"}; --skip ${crashes[0]?.rule} goes on without the rule`,
  );
}

/** Rules that are named among the costs; of two hundred most take no time. */
const slowestShown = 10;

function sayStats(io: Io, clock: Clock, costs: RuleCosts, report: Report): void {
  const total = clock.steps.reduce((sum, [, time]) => sum + time, 0);
  for (const [step, time] of [...clock.steps, ["total", total] as const]) {
    say(io, `${step.padEnd(8)} ${time.toFixed(0).padStart(6)} ms`);
  }
  const { documents } = report.counts;
  say(io, `${plural(documents, "document")}, ${plural(report.sets.length, "set")}`);
  say(io, `rules    ${costs.total().toFixed(0).padStart(6)} ms, of which the slowest`);
  for (const [rule, time] of costs.slowest(slowestShown))
    say(io, `  ${time.toFixed(1).padStart(11)} ms  ${rule}`);
}

async function writeReports(io: Io, options: LintArguments, report: Report, exitCode: number): Promise<void> {
  for (const { format, file } of options.destinations) {
    const text = await formatReport(format, report, {
      rules: () => rulesFor(null),
      exitCode,
      colors: createColors(file === null && wantsColor(io, options.color)),
      quiet: options.quiet,
      verbose: options.verbose,
      maxFindings: options.maxFindings,
    });
    if (file === null) io.stdout.write(text);
    else writeWhole(io.cwd, file, text);
  }
  if (options.quiet || options.destinations.some(({ file }) => file === null)) return;
  const { errors, warnings, infos } = summaryOf(report);
  const counts = [plural(errors, "error"), plural(warnings, "warning"), plural(infos, "info")].join(", ");
  say(io, `${counts}; see ${options.destinations.map(({ file }) => file).join(", ")}`);
}

/** `--cluster`: its objects as they are now. The client is loaded for nobody else. */
async function liveObjects(io: Io, wanted: ClusterArguments): Promise<SourceFile> {
  return (await import("../live-objects.ts")).liveObjects(io, wanted);
}

/** `meshlint lint`: findings in the given formats; the exit code that the README promises. */
export async function runLint(line: ParsedLine, io: Io): Promise<number> {
  const clock = new Clock();
  const options = lintArguments(line);
  const { paths, config, comparison } = options;
  const live = options.cluster && (await liveObjects(io, options.cluster));
  const common = { paths, config, packages: true, options: options.options, extraRules: [] };
  const costs = new RuleCosts();
  const measured = options.stats ? { around: costs.measured } : {};
  const request = { ...common, ...measured, comparison, live, baseline: options.baseline };
  const linted = await lintProject(io, request, (step) => clock.lap(step));
  for (const notice of linted.notices) say(io, `meshlint: ${notice}`);
  if (!options.quiet && linted.since !== null)
    say(io, `meshlint: only what changes since ${linted.since} cause`);
  requireObjects(io, options, linted);
  const report =
    linted.baseline && options.baseline?.update
      ? saveBaseline(io, { ...linted.baseline, ...options.baseline }, linted.report, options.quiet)
      : linted.report;
  const exitCode = exitCodeOf(report, options.failOn);
  if (options.explainProfile) io.stdout.write(explainProfile(report));
  else await writeReports(io, options, report, exitCode);
  clock.lap("report");
  sayCrashes(io, report.crashes, options.verbose);
  if (options.stats) sayStats(io, clock, costs, report);
  return exitCode;
}
