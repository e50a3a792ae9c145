import type { Resource } from "../model/resource.ts";
import { lineStartsOf, lineText, type Location, positionAt } from "../model/source.ts";
import { characterWidth, displayWidth } from "./display-width.ts";
import { safeText } from "./safe-text.ts";
import { shownLine } from "./secret-lines.ts";

/** Columns of a source line that are shown. */
const widest = 100;
/** Columns before the place that are kept when a line is cut. */
const lead = 40;

export interface Excerpt {
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** The place in the last line, in terminal columns; null where the text is hidden. */
  readonly mark: { readonly indent: number; readonly width: number } | null;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** What a terminal shows for each UTF-16 unit of a line; the second unit of a pair is an empty cell. */
function cellsOf(text: string): Cell[] {
  const cells: Cell[] = [];
  for (const character of text) {
    const shown = character === "\t" ? "  " : safeText(character);
    cells.push({ text: shown, width: shown === character ? characterWidth(character) : displayWidth(shown) });
    if (character.length === 2) cells.push({ text: "", width: 0 });
  }
  return cells;
}

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0);
const textOf = (cells: readonly Cell[]): string => cells.map((cell) => cell.text).join("");

/** The cells from `from` on that fit, and whether any are left over. */
function fitting(cells: readonly Cell[], from: number): { readonly end: number; readonly cut: boolean } {
  let width = 0;
  for (let index = from; index < cells.length; index++) {
    width += cells[index]?.width ?? 0;
    if (width > widest) return { end: index, cut: true };
  }
  return { end: cells.length, cut: false };
}

function markedLine(
  text: string,
  start: number,
  end: number,
): { readonly text: string; readonly indent: number; readonly width: number } {
  const cells = cellsOf(text);
  let from = 0;
  if (widthOf(cells) > widest) {
    let room = lead;
    from = start;
    while (from > 0 && room > 0) room -= cells[--from]?.width ?? 0;
  }
  const { end: to, cut } = fitting(cells, from);
  const before = from > 0 ? "…" : "";
  return {
    text: before + textOf(cells.slice(from, to)) + (cut ? "…" : ""),
    indent: before.length + widthOf(cells.slice(from, start)),
    width: Math.max(1, widthOf(cells.slice(start, Math.min(end, to)))),
  };
}

function cutLine(text: string): string {
  const cells = cellsOf(text);
  const { end, cut } = fitting(cells, 0);
  return textOf(cells.slice(0, end)) + (cut ? "…" : "");
}

/**
 * The line of a place with the line before it (unless that is blank or another document's), ready to be shown:
 * without control characters, without Secret data, cut around the place where it is very long.
 */
export function excerptOf(at: Location, resource: Resource | null): Excerpt {
  const { file } = at;
  const from = positionAt(file, at.start);
  const to = positionAt(file, at.end);
  const source = lineText(file, from.line);
  const shown = shownLine(file, from.line, resource);
  const lines: { number: number; text: string }[] = [];
  const previous = from.line > 1 ? shownLine(file, from.line - 1, resource) : "";
  if (previous.trim() !== "" && !previous.startsWith("---")) {
    lines.push({ number: from.line - 1, text: cutLine(previous) });
  }
  if (source.trim() === "" && lineStartsOf(file).length === 1) return { lines: [], mark: null };
  if (shown !== source) {
    return { lines: [...lines, { number: from.line, text: cutLine(shown) }], mark: null };
  }
  const start = Math.min(from.column - 1, source.length);
  const end = to.line > from.line ? source.trimEnd().length : to.column - 1;
  const marked = markedLine(source, start, Math.max(start, end));
  lines.push({ number: from.line, text: marked.text });
  return { lines, mark: { indent: marked.indent, width: marked.width } };
}
