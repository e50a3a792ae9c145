import { judgedGraphs, lint } from "../engine/lint.ts";
import type { LintInput, LintOptions } from "../engine/lint-input.ts";
import { isWithin } from "../load/sets/paths.ts";
import { UsageError } from "../model/errors.ts";
import type { Finding } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import type { Crash, Report } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import { type Isolation, isolation } from "../simulate/isolation.ts";
import { type Matrix, matrix } from "../simulate/matrix.ts";

/** The tenants of a set, and whether they are isolated. */
export interface Tenancy {
  readonly matrix: Matrix;
  readonly isolation: Isolation;
}

/** The one set that tests are about. What they ask is worked out once, when it is first asked. */
export interface Platform {
  readonly input: LintInput;
  /** @throws UsageError if the input is not about one set */
  graph(): Graph;
  /** The whole report; what belongs to other sets is left out. */
  report(): Report;
  /** Findings that nobody suppressed. */
  findings(): readonly Finding[];
  tenancy(): Tenancy;
  /** Rules that crashed, as far as a report was asked for. */
  crashes(): readonly Crash[];
  /** The same, judged by some rules only: ids or globs. What another rule's finding explains is found as well. */
  by(rules: readonly string[]): Platform;
  /** The same without some rules. */
  skipping(rules: readonly string[]): Platform;
  /** The same with other texts of files; unchanged ones are not parsed again. */
  with(files: readonly SourceFile[]): Platform;
}

function memo<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function onlyGraph(input: LintInput): Graph {
  const graphs = judgedGraphs(input);
  const [graph, ...others] = graphs;
  if (graph && others.length === 0) return graph;
  if (!graph) throw new UsageError("there are no Kubernetes objects");
  const names = graphs.map(({ set }) => set.name).join(", ");
  throw new UsageError(`tests are about one set, and these are several: ${names}`);
}

/** Files that cannot be read belong to no set: those count that lie where the set does. */
function reportOf(input: LintInput, { set }: Graph): Report {
  const report = lint(input);
  const files = new Set(set.documents.map(({ file }) => file.path));
  const isMine = (path: string): boolean => files.has(path) || isWithin(path, set.path);
  return {
    ...report,
    findings: report.findings.filter(({ sets, at }) =>
      sets.length > 0 ? sets.includes(set.name) : isMine(at.file.path),
    ),
    files: report.files.filter(({ path }) => isMine(path)),
  };
}

/** @param input what a lint run takes, of which the options choose one set */
export function platformOf(input: LintInput): Platform {
  const graph = memo(() => onlyGraph(input));
  let crashes: readonly Crash[] = [];
  const report = memo(() => {
    const made = reportOf(input, graph());
    ({ crashes } = made);
    return made;
  });
  const tenancy = memo((): Tenancy => {
    const made = matrix(graph(), "tenant");
    return { matrix: made, isolation: isolation(graph(), made) };
  });
  const findings = memo(() => report().findings.filter(({ suppressed }) => suppressed === null));
  const narrowed = new Map<string, Platform>();
  const narrow = (options: Partial<LintOptions>): Platform => {
    const key = JSON.stringify(options);
    const known = narrowed.get(key) ?? platformOf({ ...input, options: { ...input.options, ...options } });
    narrowed.set(key, known);
    return known;
  };
  return {
    input,
    graph,
    report,
    findings,
    tenancy,
    crashes: () => crashes,
    by: (rules) => narrow({ rules }),
    skipping: (skip) => narrow({ skip }),
    with: (files) => platformOf({ ...input, files }),
  };
}
