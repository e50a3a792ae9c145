import type { ManifestDocument } from "../model/document.ts";
import { positionAt, type SourceFile, type Span } from "../model/source.ts";
import { formatPath, isList, isMapping, type Mapping, type Value } from "../model/value.ts";
import { isObject } from "./resources.ts";

/**
 * What `show --format json` prints: `{"documents":[{"file","index","line","value","error"}]}`, and with `places` the
 * place of every key. Turn it into text with `toJson`, which keeps the digits of big integers. Values of Secrets are
 * hidden; `error` is a text or null, `line` the one on which the document's content begins.
 */
export function showDocuments(
  documents: readonly ManifestDocument[],
  options: { readonly places: boolean },
): Mapping {
  return { documents: documents.map((document) => showDocument(document, options.places)) };
}

function showDocument(document: ManifestDocument, places: boolean): Mapping {
  const { file, index, error } = document;
  return {
    file: file.path,
    index,
    line: positionAt(file, contentStart(document)).line,
    value: withoutSecrets(document.value ?? null),
    error: error && error.message,
    ...(places ? { places: placesOf(document) } : {}),
  };
}

/** Behind blank lines, comments and the separator; an empty document has only its beginning. */
function contentStart({ file, span }: ManifestDocument): number {
  const lines = /(?:[ \t\uFEFF]*(?:#[^\r\n]*|---(?:[ \t][^\r\n]*)?)?[\r\n])*[ \t]*/y;
  lines.lastIndex = span.start;
  const start = span.start + (lines.exec(file.text)?.[0].length ?? 0);
  return start < span.end ? start : span.start;
}

function placesOf({ file, places }: ManifestDocument): readonly Value[] {
  return Array.from(places.paths(), (path) => ({
    path: formatPath(path),
    key: showSpan(file, places.key(path)),
    value: showSpan(file, places.value(path)),
  }));
}

function showSpan(file: SourceFile, span: Span = { start: 0, end: 0 }): Mapping {
  const start = positionAt(file, span.start);
  const end = positionAt(file, span.end);
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

const hidden = "(hidden)";

/** The value with the data of every Secret replaced, also inside a List. */
function withoutSecrets(value: Value): Value {
  if (!isObject(value)) return value;
  if (value.kind === "Secret" && value.apiVersion === "v1") return hideData(value);
  if (!isList(value["items"])) return value;
  return { ...value, items: value["items"].map(withoutSecrets) };
}

function hideData(secret: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(secret).map(([key, value]) => {
      if (key === "data" || key === "stringData") return [key, hideAll(value)];
      return [key, key === "metadata" ? withoutLastApplied(value) : value];
    }),
  );
}

function hideAll(value: Value): Value {
  if (!isMapping(value)) return value === null ? null : hidden;
  return Object.fromEntries(Object.keys(value).map((key) => [key, hidden]));
}

/** kubectl keeps a copy of the whole object there. */
function withoutLastApplied(metadata: Value): Value {
  if (!isMapping(metadata) || !isMapping(metadata["annotations"])) return metadata;
  const annotations = Object.entries(metadata["annotations"]).map(([key, value]) => [
    key,
    key === "kubectl.kubernetes.io/last-applied-configuration" ? hidden : value,
  ]);
  return { ...metadata, annotations: Object.fromEntries(annotations) };
}
