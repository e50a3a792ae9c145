import { createColors } from "picocolors";
import { UsageError } from "../../model/errors.ts";
import { tenants } from "../../mesh/tenants.ts";
import type { Graph } from "../../model/graph.ts";
import { matrixJson, matrixMarkdown, matrixText } from "../../report/matrix.ts";
import { isolation } from "../../simulate/isolation.ts";
import type { Isolation } from "../../simulate/isolation.ts";
import { matrix, matrixLevels } from "../../simulate/matrix.ts";
import type { Matrix, MatrixLevel } from "../../simulate/matrix.ts";
import type { Io } from "../io.ts";
import { colorOf } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { type ParsedLine, single, values } from "../parse.ts";
import { askedSets, onlySet } from "../simulate-project.ts";

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

/** `meshlint matrix`: who can call whom, and with `--expect tenants` whether tenants are isolated. */
export async function runMatrix(line: ParsedLine, io: Io): Promise<number> {
  const narrow = values(line, "in");
  if (narrow.length > 0 && line.operands.length > 0)
    throw new UsageError("either PATH or --in PATH, not both");
  const paths = narrow.length > 0 ? narrow : line.operands;
  const { graph } = onlySet(await askedSets(io, line, paths, narrow.length > 0));
  const by = levelOf(line, graph);
  const made = matrix(graph, by);
  const expected = single(line, "expect") === "tenants";
  const isolated = expected ? isolation(graph, by === "tenant" ? made : matrix(graph, "tenant")) : null;
  if (isolated?.checked === false) {
    throw new UsageError(
      "--expect tenants: fewer than two tenants are known (name them in meshlint.yaml, tenants:), or the set has " +
        "nothing that one could call of another",
    );
  }
  io.stdout.write(shown(line, io, made, isolated));
  return isolated !== null && isolated.leaks.length > 0 ? 1 : 0;
}
