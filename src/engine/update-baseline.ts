import type { BaselineUse, KnownFinding } from "../model/baseline.ts";
import type { Finding } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { identityOf, suppressionBy } from "./baseline.ts";

export interface BaselineUpdate {
  /** What the baseline has to say, sorted. */
  readonly known: readonly KnownFinding[];
  /** Findings that were not in it. */
  readonly added: number;
  /** Findings that it knew, and that are gone. */
  readonly removed: number;
  /** The report as it is with the new baseline. */
  readonly report: Report;
}

/**
 * What tells one from the other, in the order that they are written in: files, rules, resources and fields; what has a
 * reason or a date comes after what has none.
 */
function keyOf({ file, rule, resource, path, reason, until }: KnownFinding): string {
  return JSON.stringify([file, rule, resource, path, reason, until].map((text) => text ?? ""));
}

/** An entry as it stays: where its findings are now, and how many are left, if that can be told. */
function kept({ entry, findings, sure }: BaselineUse): readonly KnownFinding[] {
  const { file, rule, resource, path, count, reason, until } = entry;
  if (!sure) return [{ file, rule, resource, path, count, reason, until }];
  return findings.map((finding) => ({ ...identityOf(finding), count: 1, reason, until }));
}

/** The same said once, sorted. */
function summed(all: readonly KnownFinding[]): readonly KnownFinding[] {
  const sums = new Map<string, KnownFinding>();
  for (const known of all) {
    const key = keyOf(known);
    const before = sums.get(key)?.count ?? 0;
    sums.set(key, { ...known, count: before + known.count });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, known]) => known);
}

const countOf = (all: readonly KnownFinding[]): number => all.reduce((sum, { count }) => sum + count, 0);

/**
 * What `--update-baseline` makes of a baseline: findings of the report that count are added, findings that are gone are
 * left out, and so is what names no rule. What this run did not judge stays as it is. Entries keep their reasons and
 * dates, so one past its date goes on counting.
 *
 * @param report with what it says about the baseline that there is
 */
export function updateBaseline(report: Report): BaselineUpdate {
  const { uses, path } = report.baseline ?? { uses: [], path: null };
  const accounted = new Set(uses.flatMap(({ findings }) => findings));
  const isNew = (finding: Finding): boolean =>
    finding.suppressed === null && !accounted.has(finding) && finding.at.file.path !== path;
  const stays = uses.flatMap(kept);
  const added = report.findings.filter(isNew);
  const known = summed([
    ...stays,
    ...added.map((finding) => ({ ...identityOf(finding), count: 1, reason: null, until: null })),
  ]);
  const none = { reason: null, until: null };
  const findings = report.findings
    .filter(({ at, rule }) => at.file.path !== path || rule === "suppression/expired")
    .map((finding) => (isNew(finding) ? { ...finding, suppressed: suppressionBy(none) } : finding));
  const before = uses.reduce((sum, { entry }) => sum + entry.count, 0);
  return {
    known,
    added: added.length,
    removed: before - countOf(stays),
    report: { ...report, findings },
  };
}
