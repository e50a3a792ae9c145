import { loadFiles } from "../load/load.ts";
import type { Edit } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { positionAt, type SourceFile } from "../model/source.ts";
import { applyEdits } from "./apply.ts";
import { strayChange } from "./changes.ts";
import { addedFinding } from "./compare-findings.ts";

/** Equal for edits that do the same. */
export function editsKey(edits: readonly Edit[]): string {
  return JSON.stringify(edits.map(({ file, start, end, text }) => [file.path, start, end, text]));
}

export function byFile(edits: readonly Edit[]): ReadonlyMap<string, readonly Edit[]> {
  const groups = new Map<string, Edit[]>();
  for (const edit of edits) {
    const group = groups.get(edit.file.path);
    if (group) group.push(edit);
    else groups.set(edit.file.path, [edit]);
  }
  return groups;
}

/** The offset before edits of an offset after them; inside what they wrote, the place of that edit. */
export function unshifted(offset: number, edits: readonly Edit[]): number {
  let shift = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (offset < start + shift) break;
    if (offset < start + shift + text.length) return start;
    shift += text.length - (end - start);
  }
  return offset - shift;
}

/**
 * Files with edits done.
 *
 * @param fileOf what edits call the file of a path
 * @returns the files, and why they must not be taken: what cannot be read any more, or differs where nothing was edited
 */
export function edited(
  files: readonly SourceFile[],
  edits: readonly Edit[],
  fileOf: (path: string) => string,
): { readonly files: readonly SourceFile[]; readonly objection: string | null } {
  const groups = byFile(edits);
  let objection: string | null = null;
  const result = files.map((file) => {
    const mine = groups.get(fileOf(file.path));
    if (mine === undefined) return file;
    const now = { path: file.path, text: applyEdits(file.text, mine) };
    objection ??= strayChange(loadFiles([file]).documents, loadFiles([now]).documents, mine);
    return now;
  });
  return { files: result, objection };
}

/** Why one state of the files is worse than another; null if it is not. */
export function worsening(before: Report, after: Report): string | null {
  if (after.crashes.length > before.crashes.length)
    return `a rule crashes on the result: ${after.crashes.at(-1)?.rule}`;
  const added = addedFinding(before, after);
  if (!added) return null;
  const { line } = positionAt(added.at.file, added.at.start);
  return `it would cause ${added.rule} at ${added.at.file.path}:${line}: ${added.message}`;
}
