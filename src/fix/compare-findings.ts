import { type Finding, severities } from "../model/finding.ts";
import type { Report } from "../model/report.ts";

/** Findings of one rule in one file. Lines, list positions and even names may move with an edit; these two do not. */
function groupOf({ rule, at }: Finding): string {
  return JSON.stringify([rule, at.file.path]);
}

/** Findings that nobody suppressed, by group. */
function grouped(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.suppressed !== null) continue;
    const key = groupOf(finding);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return groups;
}

/** What tells findings of one group apart, as far as edits above them leave it alone. */
export function findingKey({ rule, at, path, message }: Finding): string {
  return JSON.stringify([rule, at.file.path, path, message.replace(/\bline \d+/g, "line")]);
}

const rank = ({ severity }: Finding): number => severities.indexOf(severity);

/**
 * The first finding that was not there before: a rule finds more in a file, or as much but worse. Null if there is
 * none.
 */
export function addedFinding(before: Report, after: Report): Finding | null {
  const old = grouped(before.findings);
  for (const [key, now] of grouped(after.findings)) {
    const was = old.get(key) ?? [];
    const worse = severities.some(
      (_severity, least) =>
        now.filter((finding) => rank(finding) >= least).length >
        was.filter((finding) => rank(finding) >= least).length,
    );
    if (!worse) continue;
    const known = new Set(was.map((finding) => `${finding.severity} ${findingKey(finding)}`));
    return now.find((finding) => !known.has(`${finding.severity} ${findingKey(finding)}`)) ?? now[0] ?? null;
  }
  return null;
}

/** The first of some findings that is still there although their fixes were applied; null if all are gone. */
export function stayingFinding(before: Report, after: Report, fixed: readonly Finding[]): Finding | null {
  const [old, now] = [grouped(before.findings), grouped(after.findings)];
  for (const [key, group] of grouped(fixed)) {
    const most = (old.get(key)?.length ?? 0) - group.length;
    if ((now.get(key)?.length ?? 0) > most) return group[0] ?? null;
  }
  return null;
}
