import type { ManifestDocument } from "../model/document.ts";
import type { Edit } from "../model/finding.ts";
import { isList, isMapping, valueAt, type Path, type Value } from "../model/value.ts";
import { entryStart, layoutAt, type Layout } from "./layout.ts";
import { needsNoQuotes, renderBlock, type Quote, type Style } from "./render.ts";
import { columnOf, isBreak, lineBreakOf, lineEnd, restIsTrivia, startsLine } from "./scan.ts";

/** Whether the outermost brackets around a path hold JSON, so that what is added has to be JSON as well. */
export function isJson(document: ManifestDocument, path: Path): boolean {
  for (let length = 0; length <= path.length; length++) {
    const layout = layoutAt(document, path.slice(0, length));
    if (layout?.style !== "flow") continue;
    const written = document.file.text.slice(layout.start, layout.end);
    if (length === 0 && document.file.path.endsWith(".json")) return true;
    if (!written.includes('"')) return false;
    try {
      JSON.parse(written);
      return true;
    } catch {
      return false;
    }
  }
  return false;
}

/** Whether a merge key gives the mapping at a path entries, which would show once an own one is gone. */
export function mayMerge(document: ManifestDocument, path: Path): boolean {
  const layout = layoutAt(document, path);
  return !layout || /(?:^|[\s{,])<<\s*:/.test(document.file.text.slice(layout.start, layout.end));
}

/** Columns between the key of a path and what is below it, where both begin a line. */
function indentOf(document: ManifestDocument, path: Path): number | null {
  const { text } = document.file;
  const key = document.places.key(path.slice(0, -1));
  const start = entryStart(document, path, false);
  if (!key || start === null || start < key.end || !startsLine(text, start)) return null;
  const indent = columnOf(text, start) - columnOf(text, key.start);
  return indent >= 0 ? indent : null;
}

/** The quotes of the last string that carries some without need; null if strings are plain. */
function quoteBeside(document: ManifestDocument, path: Path): Quote | null {
  const value = valueAt(document.value, path) ?? null;
  const children = isList(value) ? [...value.entries()] : isMapping(value) ? Object.entries(value) : [];
  for (const [child, item] of children.toReversed()) {
    if (typeof item !== "string" || !needsNoQuotes(item)) continue;
    const layout = layoutAt(document, [...path, child]);
    if (layout?.style === "double") return '"';
    return layout?.style === "single" ? "'" : null;
  }
  return null;
}

/** How the document is written around a path. */
export function styleOf(document: ManifestDocument, path: Path): Style {
  let step: number | null = null;
  let dash: number | null = null;
  for (const place of document.places.paths()) {
    if (step !== null && dash !== null) break;
    if (typeof place.at(-2) !== "string") continue;
    if (typeof place.at(-1) === "number") dash ??= indentOf(document, place);
    else if (step === null) {
      const indent = indentOf(document, place);
      if (indent !== null && indent > 0) step = indent;
    }
  }
  step ??= 2;
  const { text } = document.file;
  const start = document.places.key(path)?.start ?? document.span.start;
  return {
    step,
    dash: dash ?? step,
    lineBreak: lineBreakOf(text, start),
    quote: quoteBeside(document, path),
  };
}

/** Replaces a scalar, an empty collection or nothing by a collection with entries in block style. */
export function replaceByBlock(
  document: ManifestDocument,
  path: Path,
  layout: Layout,
  value: Value,
): readonly Edit[] | null {
  const { file } = document;
  const { text } = file;
  if (!restIsTrivia(text, layout.end)) return null;
  const gap = text.slice(layout.after, layout.start);
  if (/\S/.test(gap)) return null;
  const stop = lineEnd(text, layout.end);
  const commented = /\S/.test(text.slice(layout.end, stop));
  const style = styleOf(document, path);
  const onLine = ![...gap].some(isBreak);

  if (path.length === 0) {
    if (commented || columnOf(text, layout.start) > 0) return null;
    return [{ file, start: layout.start, end: stop, text: renderBlock(value, 0, style) }];
  }
  if (typeof path.at(-1) === "number") {
    const column = layout.column + 2;
    const lines = renderBlock(value, column, style);
    if (!onLine) return null;
    if (!commented) return [{ file, start: layout.after, end: stop, text: ` ${lines.slice(column)}` }];
    return [
      { file, start: layout.after, end: layout.end, text: "" },
      { file, start: stop, end: stop, text: style.lineBreak + lines },
    ];
  }
  const lines = renderBlock(value, layout.column + (isList(value) ? style.dash : style.step), style);
  if (!commented) return [{ file, start: layout.after, end: stop, text: style.lineBreak + lines }];
  if (!onLine) return null;
  return [
    { file, start: layout.after, end: layout.end, text: "" },
    { file, start: stop, end: stop, text: style.lineBreak + lines },
  ];
}
