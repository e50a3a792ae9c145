import type { ManifestDocument } from "../model/document.ts";
import type { Edit } from "../model/finding.ts";
import { isList, valueAt, type Path, type Value } from "../model/value.ts";
import { entryStart, layoutAt, type Layout } from "./layout.ts";
import {
  afterBreak,
  columnOf,
  isBreak,
  isSpace,
  lineEnd,
  lineStart,
  nextLine,
  restIsTrivia,
  scanFlow,
  startsLine,
} from "./scan.ts";
import { mayMerge } from "./style.ts";

function size(value: Value): number {
  return isList(value) ? value.length : Object.keys(value as object).length;
}

/** Whether text holds an anchor to which an alias outside of it leads. */
function isNeeded({ file, span }: ManifestDocument, start: number, end: number): boolean {
  const anchors = file.text.slice(start, end).matchAll(/(?:^|[\s,[{])&([^\s,[\]{}]+)/g);
  const outside = file.text.slice(span.start, start) + file.text.slice(end, span.end);
  return [...anchors].some(([, name = ""]) => outside.includes(`*${name}`));
}

/** Removes the key or item at a path that is there, with the comments on its lines and those indented below it. */
export function removeEntry(document: ManifestDocument, path: Path): readonly Edit[] | null {
  const parentPath = path.slice(0, -1);
  const collection = valueAt(document.value, parentPath) ?? null;
  const parent = layoutAt(document, parentPath);
  const own = layoutAt(document, path);
  if (!parent || !own) return null;
  if (!isList(collection) && mayMerge(document, parentPath)) return null;
  const inFlow = parent.style === "flow";
  const start = entryStart(document, path, inFlow);
  if (start === null) return null;
  const { text } = document.file;
  if (isNeeded(document, start, own.end)) return null;
  if (inFlow) return removeFromFlow(document, parent, start);
  if (!restIsTrivia(text, own.end)) return null;
  const only = size(collection) === 1;
  const empty = isList(collection) ? "[]" : "{}";
  return only
    ? removeOnly(document, parentPath, parent, start, own.end, empty)
    : removeLines(document, parent, start, own.end);
}

/** Offset behind the entry's lines: comments indented more than the entry belong to it. */
function linesEnd(text: string, start: number, end: number): number {
  const column = columnOf(text, start);
  let at = nextLine(text, end);
  for (;;) {
    const line = text.slice(at, lineEnd(text, at));
    const indent = line.search(/\S/);
    if (indent <= column || line[indent] !== "#") return at;
    at = nextLine(text, at);
  }
}

/** Blank lines behind a removed entry would join the value of a block scalar before it that keeps them. */
function joinsBlankLines(text: string, from: number, to: number): boolean {
  const next = text.slice(to, lineEnd(text, to));
  return to < text.length && next.trim() === "" && /[|>]\d?\+/.test(text.slice(0, from));
}

function removeLines(
  { file }: ManifestDocument,
  parent: Layout,
  start: number,
  end: number,
): readonly Edit[] | null {
  const { text } = file;
  if (startsLine(text, start)) {
    const from = lineStart(text, start);
    const to = linesEnd(text, start, end);
    return joinsBlankLines(text, from, to) ? null : [{ file, start: from, end: to, text: "" }];
  }
  // The first key behind a dash: the next entry, or the comment before it, moves up to its place.
  let next = nextLine(text, end);
  while (next < parent.end && (isSpace(text[next]) || isBreak(text[next]))) next++;
  return next < parent.end ? [{ file, start, end: next, text: "" }] : null;
}

function removeOnly(
  { file }: ManifestDocument,
  parentPath: Path,
  parent: Layout,
  start: number,
  end: number,
  empty: string,
): readonly Edit[] | null {
  const { text } = file;
  if (typeof parentPath.at(-1) !== "string" || !startsLine(text, start))
    return [{ file, start, end: lineEnd(text, end), text: empty }];
  const from = lineStart(text, start);
  const to = linesEnd(text, start, end);
  if (joinsBlankLines(text, from, to)) return null;
  return [
    { file, start: parent.after, end: parent.after, text: ` ${empty}` },
    { file, start: from, end: to, text: "" },
  ];
}

function removeFromFlow(document: ManifestDocument, parent: Layout, start: number): readonly Edit[] | null {
  const { file } = document;
  const { text } = file;
  const flow = scanFlow(text, parent.start);
  const index = flow?.entries.findIndex((entry) => entry.start <= start && start < entry.end) ?? -1;
  const entry = flow?.entries[index];
  if (!flow || !entry) return null;
  const before = flow.entries[index - 1];
  const after = flow.entries[index + 1];
  const cut = (from: number, to: number): Edit => ({ file, start: from, end: to, text: "" });

  if (!before && !after) {
    const inside = text.slice(flow.open + 1, entry.start) + text.slice(entry.end, flow.close);
    return /[^\s,]/.test(inside) ? null : [cut(flow.open + 1, flow.close)];
  }
  const behind = entry.comma === null ? entry.end : entry.comma + 1;
  const stop = lineEnd(text, behind);
  if (startsLine(text, entry.start) && stop < flow.close && restIsTrivia(text, behind)) {
    const line = cut(lineStart(text, entry.start), afterBreak(text, stop));
    if (after || entry.comma !== null || !before || before.comma === null) return [line];
    return [cut(before.comma, before.comma + 1), line];
  }
  if (after) {
    const gap = text.slice(behind, after.start);
    return /\S/.test(gap) ? null : [cut(entry.start, after.start)];
  }
  if (!before || before.comma === null) return null;
  const gap = text.slice(before.comma + 1, entry.start);
  return /\S/.test(gap) ? null : [cut(before.end, entry.end)];
}
