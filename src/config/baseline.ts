import { parseDocuments } from "../load/parse.ts";
import { folderOf, joinPath } from "../load/sets/paths.ts";
import type { Baseline } from "../model/baseline.ts";
import type { ManifestDocument } from "../model/document.ts";
import { UsageError } from "../model/errors.ts";
import type { SourceFile } from "../model/source.ts";
import { isList, type Path, valueAt } from "../model/value.ts";
import { differences, placeOf, problemAt, textAt } from "./conform.ts";
import { toJsonSchema, type Shape } from "./shape.ts";

const text = (description: string, example: string): Shape => ({
  type: "text",
  description,
  examples: [example],
});

/** The version of the format that is written, and the only one there is. */
const version = 1;

const entry: Shape = {
  type: "mapping",
  description: "Findings of one rule about one field of one resource, in one file.",
  required: ["file", "rule"],
  keys: {
    file: text(
      "The file in which they were, relative to this file. Findings about a resource stay known in another file.",
      "clusters/prod/gateways.yaml",
    ),
    rule: text("The id of the rule.", "gateway/wildcard-443-conflict"),
    resource: text(
      "Kind.group/namespace/name; left out for what is about a text.",
      "Gateway.networking.istio.io/shop/shop",
    ),
    path: text("The field; left out for the resource as a whole.", "spec.servers[0].hosts"),
    count: {
      type: "text",
      description: "How many of them are known; 1 if left out.",
      format: { pattern: /^[1-9]\d{0,8}$/, expected: "a number from 1 on" },
      examples: [2],
    },
    reason: text("Why they are accepted. Kept when the baseline is updated.", "old shop until migration"),
    until: {
      type: "text",
      description: "The last day on which they are known. Kept when the baseline is updated.",
      format: {
        pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
        expected: "a date such as 2027-03-01",
      },
      examples: ["2027-03-01"],
    },
  },
};

const baselineShape: Shape & { readonly type: "mapping" } = {
  type: "mapping",
  description: "Findings that were there when the baseline was written, and are not reported as new.",
  required: ["version", "findings"],
  keys: {
    $schema: text(
      "The schema of this file, for editors.",
      "./node_modules/meshlint/schemas/baseline.schema.json",
    ),
    version: {
      type: "text",
      description: "The version of this format.",
      format: { pattern: /^1$/, expected: `${version}, the version that this meshlint reads` },
      examples: [version],
    },
    findings: { type: "list", description: "What is known, sorted.", items: entry },
  },
};

/** The JSON Schema of a baseline (`schemas/baseline.schema.json`). */
export function baselineJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "meshlint baseline",
    ...toJsonSchema(baselineShape),
  };
}

function* problemsOf(documents: readonly ManifestDocument[], path: string): Generator<string> {
  const [document, second] = documents.filter(({ value, error }) => value !== null || error !== null);
  if (document === undefined) {
    yield `${path}: the baseline is empty`;
    return;
  }
  if (document.error) yield problemAt(document, document.error.at, document.error.message);
  else yield* differences(document, baselineShape, [], "the baseline");
  if (second) yield problemAt(second, second.span, "a baseline is a single document");
}

/**
 * Reads a baseline.
 *
 * @param toWorkingDirectory a path of the baseline as it reads in the working directory
 * @throws UsageError that names the first thing that is wrong, and its place
 */
export function readBaseline(
  file: SourceFile,
  toWorkingDirectory: (path: string) => string = (path) => joinPath(folderOf(file.path), path),
): Baseline {
  const documents = parseDocuments(file);
  const [first, ...others] = problemsOf(documents, file.path);
  if (first !== undefined)
    throw new UsageError(
      `${first}${others.length === 0 ? "" : ` (and ${others.length} more)`}; the baseline is not used`,
    );
  const document = documents.find(({ value }) => value !== null);
  const findings = document && valueAt(document.value, ["findings"]);
  if (document === undefined || !isList(findings)) return { path: file.path, schema: null, entries: [] };
  return {
    path: file.path,
    schema: textAt(document, ["$schema"]),
    entries: Array.from(findings.keys(), (index) => {
      const place: Path = ["findings", index];
      const value = (key: string): string | null => textAt(document, [...place, key]);
      return {
        rule: value("rule") ?? "",
        resource: value("resource"),
        path: value("path") ?? "",
        file: toWorkingDirectory(value("file") ?? ""),
        count: Number(value("count") ?? 1),
        reason: value("reason"),
        until: value("until"),
        at: { file, ...placeOf(document, [...place, "rule"]) },
      };
    }),
  };
}
