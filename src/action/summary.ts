import type { Finding } from "../model/finding.ts";
import { severities } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { positionAt } from "../model/source.ts";
import { safeMessage, safeText } from "../report/safe-text.ts";
import { activeFindings, plural, summaryOf } from "../report/summary.ts";

/** A job summary may be 1 MiB: this many rows stay far below. */
const mostRows = 200;

/** One row of the table, each cell as HTML. */
type Row = readonly string[];

/** The summary of a job: a heading, sentences, and a table where there are findings. All texts are HTML. */
export interface JobSummary {
  readonly heading: string;
  readonly text: string;
  readonly rows: readonly Row[];
  readonly more: string | null;
}

/** Text as HTML that is nothing but text: a table written as HTML is not read as Markdown. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/**
 * Where files of the checkout can be read in a browser: `https://github.com/o/r/blob/<sha>`, as far as the runner
 * tells.
 */
export function blobUrl(env: Readonly<Record<string, string | undefined>>): string | null {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA } = env;
  if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY || !GITHUB_SHA) return null;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}`;
}

function place(finding: Finding, blob: string | null): string {
  const { file, start } = finding.at;
  const { line } = positionAt(file, start);
  const name = `<code>${escapeHtml(safeText(file.path))}:${line}</code>`;
  if (blob === null || file.path.startsWith("../")) return name;
  const path = file.path
    .replace(/\p{Cs}/gu, "\ufffd")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
  return `<a href="${escapeHtml(`${blob}/${path}#L${line}`)}">${name}</a>`;
}

function row(finding: Finding, blob: string | null): Row {
  const { severity, rule, message } = finding;
  return [
    severity,
    place(finding, blob),
    escapeHtml(safeMessage(message)),
    `<code>${escapeHtml(rule)}</code>`,
  ];
}

/** The worst first; within a severity in the order of the report. */
function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
}

/** `2 errors, 1 warning, 0 infos`. */
export function countsText(report: Report): string {
  const { errors, warnings, infos } = summaryOf(report);
  return [plural(errors, "error"), plural(warnings, "warning"), plural(infos, "info")].join(", ");
}

/**
 * What a job's summary page says about a report.
 *
 * @param blob where files can be read, see {@link blobUrl}; null: no links
 */
export function jobSummary(report: Report, blob: string | null): JobSummary {
  const findings = worstFirst(activeFindings(report));
  const { suppressed, undecided, files, resources } = summaryOf(report);
  const looked = `${plural(resources, "object")} in ${plural(files, "file")}`;
  const rest = [
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(undecided > 0 ? [`${plural(undecided, "question")} undecided`] : []),
    ...(report.crashes.length > 0 ? [`${plural(report.crashes.length, "rule")} crashed`] : []),
  ];
  const found = findings.length === 0 ? "no findings" : countsText(report);
  return {
    heading: "meshlint",
    text: [`${looked}: ${found}`, ...rest].join("; "),
    rows: findings.slice(0, mostRows).map((finding) => row(finding, blob)),
    more: findings.length > mostRows ? `and ${findings.length - mostRows} more` : null,
  };
}
