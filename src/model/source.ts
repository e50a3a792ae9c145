/** A file as it was read: `path` is relative to the working directory with `/`, `text` has no byte order mark. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Offsets into {@link SourceFile.text}, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span of a file. Lines and columns are computed only when somebody prints it. */
export interface Location extends Span {
  readonly file: SourceFile;
}

/** Lines and columns count from 1; columns are UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStarts = new WeakMap<SourceFile, readonly number[]>();

/** Offsets at which lines begin. `\n`, `\r\n` and a lone `\r` all end a line, as in YAML. */
export function lineStartsOf(file: SourceFile): readonly number[] {
  const known = lineStarts.get(file);
  if (known) return known;
  const starts = [0];
  for (const match of file.text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  lineStarts.set(file, starts);
  return starts;
}

/** The line and column of an offset; offsets beyond the end give the end of the file. */
export function positionAt(file: SourceFile, offset: number): Position {
  const starts = lineStartsOf(file);
  const at = Math.max(0, Math.min(offset, file.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** The text of a line (counted from 1) without its line break; empty beyond the end. */
export function lineText(file: SourceFile, line: number): string {
  const starts = lineStartsOf(file);
  const start = starts[line - 1];
  if (start === undefined) return "";
  return file.text.slice(start, starts[line] ?? file.text.length).replace(/(\r\n|\n|\r)$/, "");
}
