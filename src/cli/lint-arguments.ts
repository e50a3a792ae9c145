import { parseLevel } from "../engine/settings.ts";
import { parseProfileOption } from "../graph/profile.ts";
import type { LintOptions } from "../engine/lint-input.ts";
import { UsageError } from "../model/errors.ts";
import type { FailOn } from "../report/summary.ts";
import { type BaselineArguments, baselineArguments } from "./baseline.ts";
import { type ClusterArguments, clusterArguments } from "./cluster-arguments.ts";
import type { FormatName } from "./flags.ts";
import type { LintComparison } from "./lint-project.ts";
import { given, type ParsedLine, single, values } from "./parse.ts";

/** A format and the file that it goes to; null: standard output. */
export interface Destination {
  readonly format: FormatName;
  readonly file: string | null;
}

export interface LintArguments {
  readonly paths: readonly string[];
  readonly destinations: readonly Destination[];
  readonly config: string | null;
  readonly options: Omit<LintOptions, "shownPaths" | "named">;
  /** `--cluster`; null: without one. */
  readonly cluster: ClusterArguments | null;
  /** Null: neither --base nor --changed nor --staged. */
  readonly comparison: LintComparison | null;
  readonly baseline: BaselineArguments | null;
  readonly failOn: FailOn;
  readonly maxFindings: number | null;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly stats: boolean;
  readonly explainProfile: boolean;
  /** Null: neither --color nor --no-color. */
  readonly color: boolean | null;
}

/** Pairs each --output with the --format before it. */
export function destinationsOf(line: ParsedLine): readonly Destination[] {
  const found: Destination[] = [];
  const anyFormat = given(line, "format");
  for (const { name, value } of line.flags) {
    if (name === "format") found.push({ format: value as FormatName, file: null });
    if (name !== "output") continue;
    const last = anyFormat ? found.pop() : { format: "pretty" as const, file: found.pop()?.file ?? null };
    if (!last) throw new UsageError(`--output ${value} belongs to the --format before it, and there is none`);
    if (last.file !== null) {
      throw new UsageError(`--output is given twice for one format: ${last.file} and ${value}`);
    }
    found.push({ ...last, file: value });
  }
  if (found.length === 0) return [{ format: "pretty", file: null }];
  const loose = found.filter((destination) => destination.file === null);
  if (loose.length > 1) {
    throw new UsageError(
      `only one format can go to standard output, not ${loose.map(({ format }) => format).join(" and ")}; ` +
        "put --output FILE after the others",
    );
  }
  const files = found.flatMap(({ file }) => (file === null ? [] : [file]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new UsageError(`two formats go to the same file ${twice}`);
  return found;
}

function positiveNumber(text: string | null, flag: string): number | null {
  if (text === null) return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${flag} takes a number from 1 on, not "${text}"`);
  return Number(text);
}

export function colorOf(line: ParsedLine): boolean | null {
  const last = line.flags.findLast(({ name }) => name === "color" || name === "no-color");
  return last ? last.name === "color" : null;
}

function comparisonOf(line: ParsedLine): LintComparison | null {
  const base = single(line, "base");
  const [changed, staged] = [given(line, "changed"), given(line, "staged")];
  return base === null && !changed && !staged ? null : { base, changed, staged };
}

function clusterOf(line: ParsedLine): ClusterArguments | null {
  if (given(line, "cluster")) return clusterArguments(line);
  for (const flag of ["kubeconfig", "context"])
    if (given(line, flag)) throw new UsageError(`--${flag} belongs to --cluster, which is not given`);
  return null;
}

/** The options of `lint`, checked as far as that is possible without rules and config. */
export function lintArguments(line: ParsedLine): LintArguments {
  return {
    paths: line.operands,
    destinations: destinationsOf(line),
    config: single(line, "config"),
    cluster: clusterOf(line),
    options: {
      profile: values(line, "profile")
        .map(parseProfileOption)
        .reduce((all, more) => ({ ...all, ...more }), {}),
      rules: values(line, "rule"),
      skip: values(line, "skip"),
      severities: values(line, "severity").map(parseLevel),
      strict: given(line, "strict"),
      sets: values(line, "set"),
    },
    comparison: comparisonOf(line),
    baseline: baselineArguments(line),
    failOn: (single(line, "fail-on") ?? "error") as FailOn,
    maxFindings: positiveNumber(single(line, "max-findings"), "--max-findings"),
    quiet: given(line, "quiet"),
    verbose: given(line, "verbose"),
    stats: given(line, "stats"),
    explainProfile: given(line, "explain-profile"),
    color: colorOf(line),
  };
}
