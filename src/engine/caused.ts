import type { Finding } from "../model/finding.ts";

/** What makes two findings of different revisions the same: lines move, so places do not count. */
function keyOf({ rule, resource, path, message, suppressed }: Finding): string {
  const id = resource === null ? null : [resource.kind, resource.namespace, resource.name];
  // Messages that name a line of their file change wherever lines are added above.
  return JSON.stringify([rule, id, path, message.replace(/\bline \d+/g, "line"), suppressed !== null]);
}

/** Findings of the base that no finding of the head has been matched with yet. */
class Remaining {
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  take(key: string): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count === 0) return false;
    this.#counts.set(key, count - 1);
    return true;
  }
}

/**
 * The findings that a change causes: those whose rule, resource, path and message are not among the findings before
 * it, wherever they are. One finding before accounts for one after: in the same file, else in another one,
 * as when a file is renamed. So a copy of a faulty object is a new fault. A suppressed finding is none: what hid it is
 * gone.
 *
 * @param after findings of the head
 * @param before findings of the base, judged by the same rules and config
 * @returns those of `after`, in their order
 */
export function caused(after: readonly Finding[], before: readonly Finding[]): readonly Finding[] {
  const inFile = ({ at }: Finding, key: string): string => JSON.stringify([at.file.path, key]);
  const byFile = new Remaining();
  for (const finding of before) byFile.add(inFile(finding, keyOf(finding)));

  const unmatched = new Set<Finding>();
  const matched = new Remaining();
  for (const finding of after) {
    const key = inFile(finding, keyOf(finding));
    if (byFile.take(key)) matched.add(key);
    else unmatched.add(finding);
  }

  const elsewhere = new Remaining();
  for (const finding of before) {
    const key = keyOf(finding);
    if (!matched.take(inFile(finding, key))) elsewhere.add(key);
  }
  return after.filter((finding) => unmatched.has(finding) && !elsewhere.take(keyOf(finding)));
}
