import type { ManifestDocument } from "../model/document.ts";
import { positionAt, type SourceFile, type Span } from "../model/source.ts";
import { formatPath, isList, isMapping, type Mapping, type Value } from "../model/value.ts";
import { isInstallConfig } from "../model/install-config.ts";
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
  if (isInstallConfig(value)) return withoutCredentials(value);
  if (!isObject(value)) return value;
  if (value.kind === "Secret" && value.apiVersion === "v1") return hideData(value);
  if (!isList(value["items"])) return value;
  return { ...value, items: value["items"].map(withoutSecrets) };
}

/** The installer's file names the pull secret, and passwords of the platform. */
function withoutCredentials(value: Value): Value {
  if (isList(value)) return value.map(withoutCredentials);
  if (!isMapping(value)) return value;
  return mapped(value, (key, item) =>
    /^(?:pullSecret|password)$/i.test(key) ? hidden : withoutCredentials(item),
  );
}

/** Keys of a Secret that hold no data; under a misspelt or misplaced key there may be some. */
const openKeys: ReadonlySet<string> = new Set(["apiVersion", "kind", "type", "immutable"]);
const openMetadata: ReadonlySet<string> = new Set(
  `annotations creationTimestamp deletionTimestamp finalizers generateName generation labels name namespace
  ownerReferences resourceVersion uid`.split(/\s+/),
);

/** Keys named `__proto__` stay data: `Object.fromEntries` defines, it does not assign. */
function mapped(value: Mapping, change: (key: string, item: Value) => Value): Mapping {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(key, item)]));
}

function hideData(secret: Mapping): Mapping {
  return mapped(secret, (key, value) => {
    if (key === "metadata") return withoutLastApplied(value);
    return openKeys.has(key) && !isMapping(value) && !isList(value) ? value : hideAll(value);
  });
}

function hideAll(value: Value): Value {
  if (!isMapping(value)) return value === null ? null : hidden;
  return mapped(value, () => hidden);
}

/** kubectl keeps a copy of the whole object there. */
function withoutLastApplied(metadata: Value): Value {
  if (!isMapping(metadata)) return hideAll(metadata);
  return mapped(metadata, (key, value) => {
    if (!openMetadata.has(key)) return hideAll(value);
    if (key !== "annotations" || !isMapping(value)) return value;
    return mapped(value, (name, text) =>
      name === "kubectl.kubernetes.io/last-applied-configuration" ? hidden : text,
    );
  });
}
