import type { Finding, Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { positionAt } from "../model/source.ts";
import { fingerprints } from "./fingerprint.ts";
import { safeJson, safeMessage } from "./safe-text.ts";

const severities: Readonly<Record<Severity, string>> = { error: "major", warning: "minor", info: "info" };

function issue(finding: Finding, fingerprint: string): object {
  const { rule, severity, message, fix, at } = finding;
  const start = positionAt(at.file, at.start);
  const end = positionAt(at.file, at.end);
  return {
    type: "issue",
    check_name: rule,
    description: safeMessage(fix === null ? message : `${message} (fix: ${fix.title})`),
    severity: severities[severity],
    fingerprint,
    location: { path: at.file.path, lines: { begin: start.line, end: end.line } },
  };
}

/**
 * `--format gitlab`: a Code Quality report. Fingerprints are those of SARIF: they stay the same when lines move, so
 * that a merge request shows what it brings. Suppressed findings are left out, since the format knows none.
 */
export function gitlab(report: Report): string {
  const marks = fingerprints(report.findings);
  const issues = report.findings.flatMap((finding, index) =>
    finding.suppressed === null ? [issue(finding, marks[index] ?? "")] : [],
  );
  return `${safeJson(JSON.stringify(issues, null, 2))}\n`;
}
