import type { Finding, Severity } from "../model/finding.ts";
import { severities } from "../model/finding.ts";
import type { Report, RuleVerdict, SetReport } from "../model/report.ts";
import type { Resource } from "../model/resource.ts";

export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly suppressed: number;
  /** Subjects that could not be judged, over all sets and rules. */
  readonly undecided: number;
  readonly files: number;
  readonly documents: number;
  readonly resources: number;
}

/** Findings that count: those that nobody suppressed. */
export function activeFindings(report: Report): readonly Finding[] {
  return report.findings.filter((finding) => finding.suppressed === null);
}

export interface Undecided {
  readonly set: SetReport;
  readonly rule: RuleVerdict;
  readonly resource: Resource | null;
  readonly needs: string;
}

/** What no rule could decide, one entry for each subject, and for each rule that has no subject to name. */
export function undecidedSubjects(report: Report): readonly Undecided[] {
  const found: Undecided[] = [];
  for (const set of report.sets) {
    for (const rule of set.verdicts) {
      if (rule.verdict === "pass" || rule.verdict === "not-applicable") continue;
      const subjects = rule.subjects.filter((subject) => subject.verdict === "undecided");
      for (const { resource, needs } of subjects)
        found.push({ set, rule, resource, needs: needs ?? rule.reason });
      if (rule.verdict === "undecided" && subjects.length === 0) {
        found.push({ set, rule, resource: null, needs: rule.reason });
      }
    }
  }
  return found;
}

export function summaryOf(report: Report): Summary {
  const active = activeFindings(report);
  const count = (severity: Severity): number =>
    active.filter((finding) => finding.severity === severity).length;
  const { files, documents, resources } = report.counts;
  return {
    errors: count("error"),
    warnings: count("warning"),
    infos: count("info"),
    suppressed: report.findings.length - active.length,
    undecided: undecidedSubjects(report).length,
    files,
    documents,
    resources,
  };
}

/** From which severity on a finding fails the run; `never`: none does. */
export type FailOn = Severity | "never";

/** The exit code of a lint run, the same for every format: 3 a rule crashed, 1 a finding at or above `failOn`. */
export function exitCodeOf(report: Report, failOn: FailOn): 0 | 1 | 3 {
  if (report.crashes.length > 0) return 3;
  if (failOn === "never") return 0;
  const least = severities.indexOf(failOn);
  return activeFindings(report).some((finding) => severities.indexOf(finding.severity) >= least) ? 1 : 0;
}

/** Texts with how often each occurs; the most frequent first, then by text. */
export function tally(texts: Iterable<string>): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** `1 error`, `2 errors`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** `2 errors, 1 warning, 0 infos`. */
export function countsText(report: Report): string {
  const { errors, warnings, infos } = summaryOf(report);
  return [plural(errors, "error"), plural(warnings, "warning"), plural(infos, "info")].join(", ");
}

/** What `--baseline` comes to, in findings; `unused` counts entries. */
export interface BaselineCounts {
  readonly known: number;
  readonly added: number;
  /** Known, but their date has passed. */
  readonly expired: number;
  /** Entries of which nothing is found any more. */
  readonly unused: number;
}

/** Null without a baseline. */
export function baselineCounts(report: Report): BaselineCounts | null {
  const { baseline, findings } = report;
  if (baseline === undefined) return null;
  const late = new Set(baseline.uses.flatMap((use) => (use.expired ? use.findings : [])));
  const expired = findings.filter((finding) => late.has(finding)).length;
  const active = activeFindings(report).filter(({ at }) => at.file.path !== baseline.path);
  return {
    known: findings.filter(({ suppressed }) => suppressed?.by === "baseline").length,
    added: active.length - expired,
    expired,
    unused: baseline.uses.filter((use) => use.sure && use.findings.length === 0).length,
  };
}

/** `12 known findings are in the baseline, 2 are new, 1 counts again since its date has passed`; null without one. */
export function baselineSentence(report: Report): string | null {
  const counts = baselineCounts(report);
  if (counts === null) return null;
  const { known, added, expired } = counts;
  const parts = [
    plural(known, "known finding is in the baseline", "known findings are in the baseline"),
    plural(added, "is new", "are new"),
    ...(expired > 0
      ? [
          plural(
            expired,
            "counts again since its date has passed",
            "count again since their dates have passed",
          ),
        ]
      : []),
  ];
  return parts.join(", ");
}
