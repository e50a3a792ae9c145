import type { Edit } from "../model/finding.ts";

/** What of an {@link Edit} matters once its file is known. */
export type TextEdit = Pick<Edit, "start" | "end" | "text">;

/** In the order of the text; insertions at one place keep the order in which they were given. */
function sorted<E extends TextEdit>(edits: readonly E[]): readonly E[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/**
 * Whether two fixes touch the same text. Two insertions at one place count: both may add the same missing parent,
 * and only a second look at the changed file can tell.
 */
export function conflict(first: readonly Edit[], second: readonly Edit[]): boolean {
  return first.some((a) =>
    second.some(
      (b) =>
        a.file.path === b.file.path &&
        (a.start === b.start ||
          (a.start < b.end && b.start < a.end) ||
          (a.start < b.start && b.start < a.end)),
    ),
  );
}

/**
 * The text with all edits done, which must be those of one file. Throws a RangeError if two of them replace the same
 * text or one reaches beyond the text: such edits were not made for it.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let done = 0;
  for (const edit of sorted(edits)) {
    if (edit.start < done || edit.end < edit.start || edit.end > text.length)
      throw new RangeError(`edit of ${edit.start} to ${edit.end} does not fit the text`);
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}
