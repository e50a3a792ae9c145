/** Longer names are not compared: a name that nobody would mistype by one letter needs no suggestion. */
const longest = 100;

/**
 * The number of inserted, deleted, changed or swapped neighbouring characters between two texts (optimal string
 * alignment), or null if it is more than `most`.
 */
function distance(a: string, b: string, most: number): number | null {
  if (Math.abs(a.length - b.length) > most) return null;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        Number(last[column]) + 1,
        Number(current[column - 1]) + 1,
        Number(last[column - 1]) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, Number(beforeLast[column - 2]) + 1);
      }
      current.push(cost);
    }
    if (Math.min(...current) > most) return null;
    beforeLast = last;
    last = current;
  }
  const result = Number(last[b.length]);
  return result <= most ? result : null;
}

/**
 * The candidate that a mistyped name most likely means, or null if none is near: at most one mistake in short
 * names, up to a third of the length in longer ones. Upper and lower case count as equal; the first of equally
 * near candidates wins.
 * @param mostMistakes another bound, for names that have much in common
 */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  mostMistakes = Math.max(1, Math.floor(name.length / 3)),
): string | null {
  if (name.length > longest) return null;
  const wanted = name.toLowerCase();
  let most = mostMistakes;
  let best: string | null = null;
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase(), most);
    if (found === null) continue;
    best = candidate;
    if (found === 0) break;
    most = found - 1;
  }
  return best;
}

/** `; did you mean "x"?`, or nothing if no candidate is near: to end an error message with. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const found = nearest(name, candidates);
  return found === null ? "" : `; did you mean "${found}"?`;
}
