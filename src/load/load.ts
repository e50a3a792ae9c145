import type { ManifestDocument } from "../model/document.ts";
import { placeholderIn } from "../model/placeholder.ts";
import type { FileState } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import { isList, isMapping, type Value } from "../model/value.ts";
import { chartsOf } from "./charts.ts";
import { classifyFile, classifyUnparsed } from "./classify.ts";
import { parseDocuments } from "./parse.ts";
import { isObject } from "./resources.ts";

export interface Loaded {
  /** Documents of files that hold manifests or kustomizations, those that cannot be read included, in order. */
  readonly documents: readonly ManifestDocument[];
  /** Files that were left out, and files with a document that cannot be read. One entry for a whole Helm chart. */
  readonly files: readonly FileState[];
  /** Values of objects that hold a template variable, and so are not known. */
  readonly variables: number;
}

/** Parsed documents by file: a file that has been prepared, or is loaded again, is not parsed twice. */
const parsed = new WeakMap<SourceFile, readonly ManifestDocument[]>();

function documentsOf(file: SourceFile): readonly ManifestDocument[] {
  const known = parsed.get(file);
  if (known) return known;
  const documents = parseDocuments(file);
  parsed.set(file, documents);
  return documents;
}

/** Parses files ahead of {@link loadFiles}, which then finds them done. */
export function prepareFiles(files: readonly SourceFile[]): void {
  const { chartOf } = chartsOf(files.map((file) => file.path));
  for (const file of files) {
    if (chartOf(file.path) === null && classifyUnparsed(file) === null) documentsOf(file);
  }
}

/** Sorts files into manifests and everything else, and reads the manifests. Never throws for what a file holds. */
export function loadFiles(files: readonly SourceFile[]): Loaded {
  const documents: ManifestDocument[] = [];
  const states: FileState[] = [];
  let variables = 0;
  const charts = chartsOf(files.map((file) => file.path));
  for (const folder of charts.folders) states.push({ path: folder, state: "skipped", reason: "Helm chart" });
  for (const file of files) {
    if (charts.chartOf(file.path) !== null) continue;
    const found = classifyUnparsed(file) ?? classifyFile(file, documentsOf(file));
    if (found.state === "skipped") {
      states.push({ path: file.path, state: "skipped", reason: found.reason });
      continue;
    }
    const own = documentsOf(file);
    if (found.state === "unreadable") {
      states.push({ path: file.path, state: "unreadable", reason: found.reason, at: found.at });
    }
    for (const document of own) documents.push(document);
    if (mayHoldVariables(file.text)) variables += countInDocuments(own);
  }
  return { documents, files: states, variables };
}

function mayHoldVariables(text: string): boolean {
  return text.includes("${") || text.includes("$(") || text.includes("{{") || /@\w+@/.test(text);
}

function countInDocuments(documents: readonly ManifestDocument[]): number {
  let count = 0;
  for (const { value } of documents) {
    if (isObject(value) && value.kind !== "CustomResourceDefinition") count += countVariables(value);
  }
  return count;
}

/** What is text or code by nature, where `${X}` is not meshlint's business. */
const notCounted = new Set(["args", "command", "data", "stringData", "binaryData", "script", "annotations"]);

function countVariables(value: Value): number {
  if (typeof value === "string") return placeholderIn(value)?.kind === "variable" ? 1 : 0;
  let count = 0;
  if (isList(value)) for (const item of value) count += countVariables(item);
  else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!notCounted.has(key)) count += countVariables(item);
    }
  }
  return count;
}
