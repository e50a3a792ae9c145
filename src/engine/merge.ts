import type { Finding, Fix } from "../model/finding.ts";
import { positionAt } from "../model/source.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The one order of findings: file, line, column, rule, message. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const placed = findings.map((finding) => ({
    finding,
    position: positionAt(finding.at.file, finding.at.start),
  }));
  placed.sort(
    (a, b) =>
      byText(a.finding.at.file.path, b.finding.at.file.path) ||
      a.position.line - b.position.line ||
      a.position.column - b.position.column ||
      byText(a.finding.rule, b.finding.rule) ||
      byText(a.finding.message, b.finding.message),
  );
  return placed.map(({ finding }) => finding);
}

function sameFix(a: Fix | null, b: Fix | null): boolean {
  if (a === null || b === null) return a === b;
  const edits = (fix: Fix): string =>
    JSON.stringify(fix.edits.map((e) => [e.file.path, e.start, e.end, e.text]));
  return a.title === b.title && a.safety === b.safety && edits(a) === edits(b);
}

/**
 * One finding per rule, place and message, whatever the number of sets. A fix stays only if every set's rule offers
 * the same one.
 */
export function mergeAcrossSets(findings: readonly Finding[]): readonly Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const { rule, at, message, path } = finding;
    const key = JSON.stringify([rule, at.file.path, at.start, at.end, path, message]);
    const known = merged.get(key);
    if (!known) {
      merged.set(key, finding);
      continue;
    }
    merged.set(key, {
      ...known,
      sets: [...new Set([...known.sets, ...finding.sets])].sort(),
      fix: sameFix(known.fix, finding.fix) ? known.fix : null,
    });
  }
  return [...merged.values()];
}
