import type { ManifestDocument } from "../model/document.ts";
import type { Span } from "../model/source.ts";
import { formatPath, isList, isMapping, type Path, toJson, type Value } from "../model/value.ts";
import type { TextEdit } from "./apply.ts";

/** A document with the parts of its file that edits replace, or have written. */
interface Side {
  readonly document: ManifestDocument;
  readonly windows: readonly Span[];
}

const json = (value: Value | undefined): string => toJson(value);

/** Whether the entry at a path stands where something was edited, in its own text and not by way of an alias. */
function isTouched({ document, windows }: Side, path: Path): boolean {
  const { places } = document;
  if (places.shared(path)) return false;
  const value = places.value(path);
  const key = places.key(path);
  if (!value) return false;
  const start = Math.min(value.start, key?.start ?? value.start);
  return windows.some((window) => window.start <= value.end && window.end >= start);
}

interface Pair {
  readonly before: number | null;
  readonly after: number | null;
}

/** Comparisons that are made for two lists at most; beyond them, items are paired by their position. */
const mostComparisons = 1_000_000;

/** Which items of a list became which of another: equal ones first, what lies between them in its order. */
function paired(before: readonly Value[], after: readonly Value[]): readonly Pair[] {
  const [old, now] = [before.map(json), after.map(json)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  const most = Math.min(old.length, now.length) - head;
  while (tail < most && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return pairedBetween(old.slice(head, old.length - tail), now.slice(head, now.length - tail)).map(
    ({ before: i, after: j }) => ({
      before: i === null ? null : i + head,
      after: j === null ? null : j + head,
    }),
  );
}

/** The same for the parts of both lists that differ, as JSON. */
function pairedBetween(a: readonly string[], b: readonly string[]): readonly Pair[] {
  if (a.length === b.length || a.length * b.length > mostComparisons)
    return Array.from({ length: Math.max(a.length, b.length) }, (_item, index) => ({
      before: index < a.length ? index : null,
      after: index < b.length ? index : null,
    }));
  // Lengths of the longest common runs of what is left from each place on.
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]?.fill(a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1)), j, j + 1);

  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  const between = (endA: number, endB: number) => {
    for (; i < endA || j < endB; i++, j++)
      pairs.push({ before: i < endA ? i : null, after: j < endB ? j : null });
    [i, j] = [endA, endB];
  };
  let [x, y] = [0, 0];
  while (x < a.length && y < b.length) {
    if (a[x] === b[y]) {
      between(x, y);
      pairs.push({ before: x, after: y });
      [i, j] = [++x, ++y];
    } else if (at(x + 1, y) >= at(x, y + 1)) x++;
    else y++;
  }
  between(a.length, b.length);
  return pairs;
}

/** The first path whose value differs although nothing was edited there; null if there is none. */
function strayIn(
  sides: { readonly before: Side; readonly after: Side },
  values: { readonly before: Value | undefined; readonly after: Value | undefined },
  paths: { readonly before: Path; readonly after: Path },
): Path | null {
  const { before, after } = values;
  if (before === undefined) return isTouched(sides.after, paths.after) ? null : paths.after;
  if (after === undefined) return isTouched(sides.before, paths.before) ? null : paths.before;
  if (json(before) === json(after)) return null;
  const step = (
    key: { readonly before: string | number; readonly after: string | number },
    old: Value | undefined,
    now: Value | undefined,
  ): Path | null =>
    strayIn(
      sides,
      { before: old, after: now },
      {
        before: [...paths.before, key.before],
        after: [...paths.after, key.after],
      },
    );
  if (isMapping(before) && isMapping(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const of = (mapping: typeof before): Value | undefined =>
        Object.hasOwn(mapping, key) ? mapping[key] : undefined;
      const found = step({ before: key, after: key }, of(before), of(after));
      if (found) return found;
    }
    return null;
  }
  if (isList(before) && isList(after)) {
    for (const pair of paired(before, after)) {
      const found = step(
        { before: pair.before ?? 0, after: pair.after ?? 0 },
        pair.before === null ? undefined : before[pair.before],
        pair.after === null ? undefined : after[pair.after],
      );
      if (found) return found;
    }
    return null;
  }
  const touched = isTouched(sides.before, paths.before) || isTouched(sides.after, paths.after);
  return touched ? null : paths.before;
}

/** Where the texts of edits stand once all are done. */
function written(edits: readonly TextEdit[]): readonly Span[] {
  let shift = 0;
  return [...edits]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ start, end, text }) => {
      const span = { start: start + shift, end: start + shift + text.length };
      shift += text.length - (end - start);
      return span;
    });
}

/** The documents without those that edits have written as a whole, as many as there are more than before. */
function withoutAdded(
  documents: readonly ManifestDocument[],
  windows: readonly Span[],
  more: number,
): readonly ManifestDocument[] {
  const added = documents
    .filter(({ places }) => {
      const whole = places.value([]);
      return whole && windows.some(({ start, end }) => start <= whole.start && whole.end <= end);
    })
    .slice(0, Math.max(0, more));
  return documents.filter((document) => !added.includes(document));
}

/**
 * Why edits of one file must not be done, as seen from what the file says before and after; null if they may: every
 * document can still be read, and every value that differs stands where something was edited, not behind an alias. New
 * documents may be added.
 */
export function strayChange(
  before: readonly ManifestDocument[],
  after: readonly ManifestDocument[],
  edits: readonly TextEdit[],
): string | null {
  const broken = after.find(
    (document, index) => document.error !== null && (before[index]?.error ?? null) === null,
  );
  if (broken) return `the file could not be read any more: ${broken.error?.message}`;
  const windows = written(edits);
  const kept = withoutAdded(after, windows, after.length - before.length);
  if (before.length !== kept.length) return "it would change the number of documents";
  for (const [index, document] of before.entries()) {
    const now = kept[index];
    if (!now || document.value === undefined) continue;
    const stray = strayIn(
      { before: { document, windows: edits }, after: { document: now, windows } },
      { before: document.value, after: now.value },
      { before: [], after: [] },
    );
    if (stray) return `it would also change ${formatPath(stray) || "the whole document"}`;
  }
  return null;
}
