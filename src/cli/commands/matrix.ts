import { createColors } from "picocolors";
import { buildGraph } from "../../graph/build.ts";
import { tenants } from "../../mesh/tenants.ts";
import type { KnownTenant } from "../../mesh/tenants.ts";
import { UsageError } from "../../model/errors.ts";
import type { Graph } from "../../model/graph.ts";
import { matrixJson, matrixMarkdown, matrixText } from "../../report/matrix.ts";
import { matrixDiffJson, matrixDiffMarkdown, matrixDiffText } from "../../report/matrix-diff.ts";
import { isolation } from "../../simulate/isolation.ts";
import type { Isolation } from "../../simulate/isolation.ts";
import { matrix, matrixLevels } from "../../simulate/matrix.ts";
import type { Matrix, MatrixLevel } from "../../simulate/matrix.ts";
import { matrixDiff } from "../../simulate/matrix-diff.ts";
import type { MatrixDiff } from "../../simulate/matrix-diff.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { type ParsedLine, single, values } from "../parse.ts";
import { say } from "../say.ts";
import { askedChange, askedSets, onlySet } from "../simulate-project.ts";

function levelOf(line: ParsedLine, graph: Graph): MatrixLevel {
  const wanted = matrixLevels.find((level) => level === single(line, "by"));
  return wanted ?? (tenants(graph).length > 0 ? "tenant" : "namespace");
}

function shown(line: ParsedLine, io: Io, made: Matrix, isolated: Isolation | null): string {
  switch (single(line, "format")) {
    case "json":
      return matrixJson(made, isolated);
    case "markdown":
      return matrixMarkdown(made, isolated);
    default:
      return matrixText(made, isolated, createColors(wantsColor(io, colorOf(line))));
  }
}

function shownDiff(
  line: ParsedLine,
  io: Io,
  diff: MatrixDiff,
  base: string,
  isolated: Isolation | null,
): string {
  switch (single(line, "format")) {
    case "json":
      return matrixDiffJson(diff, base, isolated);
    case "markdown":
      return matrixDiffMarkdown(diff, base, isolated);
    default:
      return matrixDiffText(diff, base, isolated, createColors(wantsColor(io, colorOf(line))));
  }
}

/** What `--expect tenants` asks. @param made the matrix by tenant, if it is at hand */
function isolationOf(line: ParsedLine, graph: Graph, made: Matrix): Isolation | null {
  if (single(line, "expect") !== "tenants") return null;
  const isolated = isolation(graph, made.by === "tenant" ? made : matrix(graph, "tenant"));
  if (isolated.checked) return isolated;
  throw new UsageError(
    "--expect tenants: fewer than two tenants are known (name them in meshlint.yaml, tenants:), or the set has " +
      "nothing that one could call of another",
  );
}

/** The graph of a set with other tenants than it shows by itself. */
function withTenants({ set, profile }: Graph, known: readonly KnownTenant[]): Graph {
  return buildGraph(
    { ...set, tenants: known.map(({ name, namespaces }) => ({ name, namespaces })) },
    profile,
  );
}

/** Tenants that a change adds or removes would be rows of one side only: both are seen with those of the head. */
function sameTenants(before: Graph, after: Graph): readonly [Graph, Graph] {
  const [then, now] = [tenants(before), tenants(after)];
  const known = now.length > 0 ? now : then;
  return [withTenants(before, known), withTenants(after, known)];
}

interface Places {
  readonly paths: readonly string[];
  readonly narrowed: boolean;
}

function placesOf(line: ParsedLine): Places {
  const narrow = values(line, "in");
  if (narrow.length > 0 && line.operands.length > 0)
    throw new UsageError("either PATH or --in PATH, not both");
  return narrow.length > 0 ? { paths: narrow, narrowed: true } : { paths: line.operands, narrowed: false };
}

const codeOf = (isolated: Isolation | null): number =>
  isolated !== null && isolated.leaks.length > 0 ? 1 : 0;

function printMatrix(line: ParsedLine, io: Io, graph: Graph): number {
  const made = matrix(graph, levelOf(line, graph));
  const isolated = isolationOf(line, graph, made);
  io.stdout.write(shown(line, io, made, isolated));
  return codeOf(isolated);
}

/** `matrix --diff`; where the base is not there the whole matrix. */
async function runDiff(line: ParsedLine, io: Io, revision: string): Promise<number> {
  const { paths, narrowed } = placesOf(line);
  const change = await askedChange(io, line, paths, narrowed, revision);
  if (change.before === null) {
    say(io, `meshlint: ${change.missing ?? change.base}: everything is shown`);
    return printMatrix(line, io, change.after.graph);
  }
  const [before, after] = sameTenants(change.before, change.after.graph);
  const by = levelOf(line, after);
  const made = matrix(after, by);
  const isolated = isolationOf(line, after, made);
  io.stdout.write(shownDiff(line, io, matrixDiff(matrix(before, by), made), change.base, isolated));
  return codeOf(isolated);
}

/** `meshlint matrix`: who can call whom, and with `--expect tenants` whether tenants are isolated. */
export async function runMatrix(line: ParsedLine, io: Io): Promise<number> {
  const revision = single(line, "diff");
  if (revision !== null) return runDiff(line, io, revision);
  const { paths, narrowed } = placesOf(line);
  return printMatrix(line, io, onlySet(await askedSets(io, line, paths, narrowed)).graph);
}
