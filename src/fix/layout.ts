import type { ManifestDocument } from "../model/document.ts";
import { isList, isMapping, valueAt, type Path, type Value } from "../model/value.ts";
import {
  columnOf,
  isBreak,
  isSpace,
  lineEnd,
  lineStart,
  nextLine,
  quotedEnd,
  scanBlockScalar,
  scanFlow,
  skipTrivia,
  wordEnd,
} from "./scan.ts";

/**
 * How a value is written. `after` is the offset behind its colon or dash (or where it begins, inside brackets and at
 * the root), `start` and `end` those of the value itself; an empty one has `start` and `end` at `after`.
 */
export interface Layout {
  readonly style:
    | "plain"
    | "single"
    | "double"
    | "block-scalar"
    | "flow"
    | "block-mapping"
    | "block-list"
    | "alias"
    | "empty";
  readonly after: number;
  readonly start: number;
  readonly end: number;
  /** Column of the keys or dashes of a block collection, or of the key or dash in front of anything else. */
  readonly column: number;
  /** The value carries an anchor or a tag. */
  readonly decorated: boolean;
  /** The value stands between brackets. */
  readonly inFlow: boolean;
}

/** The text of a document, and where it ends. */
interface Text {
  readonly document: ManifestDocument;
  readonly text: string;
  readonly limit: number;
}

function textOf(document: ManifestDocument): Text {
  return { document, text: document.file.text, limit: document.span.end };
}

/** Offset of the dash of a list item in block style; null if there is none in front of it. */
function dashOf(text: string, document: ManifestDocument, path: Path): number | null {
  const item = document.places.key(path);
  if (!item) return null;
  let at = item.start;
  // Anchors, tags and comments may stand between the dash and the item.
  for (;;) {
    while (at > 0 && isSpace(text[at - 1])) at--;
    if (at > 0 && isBreak(text[at - 1])) {
      const line = lineStart(text, --at);
      const comment = /(?:^|\s)#/.exec(text.slice(line, at));
      if (comment) at = line + comment.index;
      continue;
    }
    if (text[at - 1] === "-" && (at - 1 === 0 || /[\s-]/.test(text.charAt(at - 2)))) return at - 1;
    let word = at;
    while (word > 0 && !/\s/.test(text.charAt(word - 1))) word--;
    if (word === at || !/[&!]/.test(text.charAt(word))) return null;
    at = word;
  }
}

/** Offset of the key of a mapping's entry, or of the dash of a list's item, or of an item inside brackets. */
export function entryStart(document: ManifestDocument, path: Path, inFlow: boolean): number | null {
  if (inFlow || typeof path.at(-1) === "string") return document.places.key(path)?.start ?? null;
  return dashOf(document.file.text, document, path);
}

/** Offset behind the colon of a key; null for keys without one, and explicit ones (`? key`). */
function afterColon(text: string, document: ManifestDocument, path: Path): number | null {
  const key = document.places.key(path);
  if (!key || text[key.start] === "*") return null;
  let at = key.end;
  while (isSpace(text[at])) at++;
  return text[at] === ":" ? at + 1 : null;
}

/** Offset where the root value may begin: behind directives and `---`. */
function rootStart({ text, document, limit }: Text): number {
  let at = skipTrivia(text, document.span.start, limit);
  while (text[at] === "%" && columnOf(text, at) === 0) at = skipTrivia(text, nextLine(text, at), limit);
  if (text.startsWith("---", at) && columnOf(text, at) === 0) at += 3;
  return at;
}

/** The value behind `after`, whose key or dash stands in `column` (-1 for the root). */
function readValue(
  source: Text,
  path: Path,
  value: Value,
  after: number,
  column: number,
  inFlow: boolean,
): Layout | null {
  const { text, limit, document } = source;
  let decorated = false;
  let start = skipTrivia(text, after, limit);
  while (text[start] === "&" || text[start] === "!") {
    decorated = true;
    start = skipTrivia(text, wordEnd(text, start), limit);
  }
  const layout = (style: Layout["style"], end: number, own = column): Layout => ({
    style,
    after,
    start,
    end,
    column: own,
    decorated,
    inFlow,
  });

  const character = text.charAt(start);
  if (isMapping(value) || isList(value)) {
    if (character === "*") return layout("alias", wordEnd(text, start));
    if (character === "{" || character === "[") {
      const flow = scanFlow(text, start);
      return flow && layout("flow", flow.close + 1);
    }
    const own = columnOf(text, start);
    if (inFlow || character === "?") return null;
    if (isMapping(value)) return layout("block-mapping", blockEnd(source, path, value, start, own), own);
    return character === "-" ? layout("block-list", blockEnd(source, path, value, start, own), own) : null;
  }

  const place = document.places.value(path);
  const written = place && place.end > place.start && place.start <= start && place.end > start;
  if (value === null && !written) {
    start = after;
    return decorated ? null : layout("empty", after);
  }
  if (character === "*") return layout("alias", wordEnd(text, start));
  if (character === '"') return layout("double", quotedEnd(text, start));
  if (character === "'") return layout("single", quotedEnd(text, start));
  if (!inFlow && (character === "|" || character === ">"))
    return layout("block-scalar", scanBlockScalar(text, start, column).end);
  return written ? layout("plain", place.end) : null;
}

/** How the value at a path is written; null where it cannot be told safely. */
export function layoutAt(document: ManifestDocument, path: Path): Layout | null {
  const value = valueAt(document.value, path);
  if (value === undefined) return null;
  const source = textOf(document);
  const { text } = source;
  const last = path.at(-1);
  if (last === undefined) {
    const after = rootStart(source);
    return readValue(source, path, value, after, -1, false);
  }
  const parent = layoutAt(document, path.slice(0, -1));
  if (!parent) return null;
  if (parent.style === "flow") {
    const after =
      typeof last === "string"
        ? afterColon(text, document, path)
        : (document.places.key(path)?.start ?? null);
    return after === null ? null : readValue(source, path, value, after, parent.column, true);
  }
  if (parent.style !== "block-mapping" && parent.style !== "block-list") return null;
  return blockChild(source, path, value, parent.column);
}

function blockChild(source: Text, path: Path, value: Value, column: number): Layout | null {
  const { text, document } = source;
  if (typeof path.at(-1) === "string") {
    const after = afterColon(text, document, path);
    return after === null ? null : readValue(source, path, value, after, column, false);
  }
  const dash = dashOf(text, document, path);
  return dash === null ? null : readValue(source, path, value, dash + 1, column, false);
}

/**
 * Where a block collection ends: behind its last entry. Entries that the value does not show (merge keys) are found
 * by their indentation.
 */
function blockEnd(source: Text, path: Path, value: Value, start: number, column: number): number {
  const { text, document, limit } = source;
  const list = isList(value);
  const children = list ? value.map((_, index) => index) : Object.keys(value as object);
  let last: { readonly path: Path; readonly start: number } | null = null;
  for (const child of children) {
    const childPath = [...path, child];
    const place = document.places.key(childPath);
    if (!place || place.start < start || isMerged(source, childPath)) continue;
    if (last === null || place.start > last.start) last = { path: childPath, start: place.start };
  }
  let end = contentEnd(text, start);
  if (last !== null) {
    const child = blockChild(source, last.path, valueAt(document.value, last.path) ?? null, column);
    end = child?.end ?? end;
  }
  for (;;) {
    const at = skipTrivia(text, lineEnd(text, end), limit);
    if (at >= limit) return end;
    const here = columnOf(text, at);
    const belongs =
      here > column || (here === column && (!list || /^-(?:\s|$)/.test(text.slice(at, at + 2))));
    if (!belongs || text.slice(lineStart(text, at), at).trim() !== "" || isMarker(text, at)) return end;
    end = contentEnd(text, at);
  }
}

/** Whether a key comes from a merge; an alias that stands in the collection itself does not. */
function isMerged({ text, document }: Text, path: Path): boolean {
  const { places } = document;
  return places.shared(path) && text[places.value(path)?.start ?? 0] !== "*";
}

function isMarker(text: string, at: number): boolean {
  return columnOf(text, at) === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4));
}

/** The end of the line's text, without a trailing comment as far as that can be told. */
function contentEnd(text: string, at: number): number {
  const line = text.slice(at, lineEnd(text, at));
  const comment = /\s#/.exec(line);
  return at + (comment === null ? line : line.slice(0, comment.index)).trimEnd().length;
}
