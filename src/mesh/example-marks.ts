import type { ManifestDocument } from "../model/document.ts";
import type { Resource } from "../model/resource.ts";
import type { Location } from "../model/source.ts";
import type { Path } from "../model/value.ts";
import { walk } from "../model/walk.ts";
import { fieldAt } from "../schema/describe.ts";
import { fileFits } from "./file-text.ts";
import { parseDuration } from "./go-values.ts";

/**
 * A line of nothing but dots with indented text below it: "and so on" in a printed example (Integrations 1.7), the
 * end of the document for YAML readers.
 */
export function ellipsisIn(document: ManifestDocument): Location | null {
  if (!document.error && !document.notices.some((notice) => notice.kind === "dropped-content")) return null;
  const { file, span } = document;
  const found = /^([ \t]*)\.\.\.[ \t]*\r?$(?=\n[ \t]+[\w"'-])/m.exec(file.text.slice(span.start, span.end));
  if (!found) return null;
  const start = span.start + found.index + (found[1] ?? "").length;
  return { file, start, end: start + 3 };
}

/** The older webhook example: `path` stands between two levels, so that the YAML cannot be read. */
export function misindentedPath(document: ManifestDocument): Location | null {
  const { error, file, span } = document;
  if (
    !error ||
    !/^kind: *(Validating|Mutating)WebhookConfiguration/m.test(file.text.slice(span.start, span.end))
  )
    return null;
  const line = file.text.lastIndexOf("\n", Math.max(0, error.at.start - 1)) + 1;
  const found = /^[ \t]*(path):/.exec(file.text.slice(line, line + 200));
  if (!found) return null;
  const start = line + found[0].length - "path:".length;
  return { file, start, end: start + "path".length };
}

/** What a value was before the book's callout number stuck to it; undefined if the number may belong to it. */
function withoutCallout(
  resource: Resource,
  path: Path,
  value: string,
): string | boolean | number | undefined {
  const text = /^(\S+) \d{1,2}$/.exec(value)?.[1];
  if (text === undefined) return undefined;
  const field = fieldAt(resource.kind, path);
  if (field?.types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
  if (field?.types.includes("integer") && /^\d{1,9}$/.test(text)) return Number(text);
  const isWord = field?.allowed?.includes(text) === true || /^(true|false)$/.test(text);
  return isWord || (parseDuration(text) !== null && text !== "0") ? text : undefined;
}

/** A value with the number of a callout behind it. */
export interface Callout {
  readonly path: Path;
  readonly text: string;
  /** The value without the number. */
  readonly meant: string | boolean | number;
}

/** A word and one or two digits behind it. */
const mayHaveCallouts = fileFits(/[^\s:]\s+\d{1,2}(?!\w)/);

/** The values of an object that carry the number of a callout of a printed example. */
export function calloutsIn(resource: Resource): readonly Callout[] {
  const found: Callout[] = [];
  if (!mayHaveCallouts(resource)) return found;
  walk(resource.value, {
    enter: (key, _child, path) => path.length > 1 || !["data", "stringData", "status"].includes(key),
    scalar(value, path) {
      if (typeof value !== "string") return;
      const meant = withoutCallout(resource, path, value);
      if (meant !== undefined) found.push({ path: [...path], text: value, meant });
    },
  });
  return found;
}
