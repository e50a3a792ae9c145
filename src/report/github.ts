import type { Finding, Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { positionAt } from "../model/source.ts";
import { citations } from "./citation.ts";
import { safeMessage, safeText } from "./safe-text.ts";
import { activeFindings } from "./summary.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function command(finding: Finding): string {
  const { at, severity, rule, message, fix, documentation } = finding;
  const start = positionAt(at.file, at.start);
  const end = positionAt(at.file, at.end);
  const properties = [
    `file=${escapeProperty(safeText(at.file.path))}`,
    `line=${start.line}`,
    // GitHub takes columns only for a place within one line.
    ...(end.line === start.line ? [`col=${start.column}`] : []),
    `endLine=${end.line}`,
    ...(end.line === start.line ? [`endColumn=${end.column}`] : []),
    `title=${escapeProperty(safeText(rule))}`,
  ];
  const text = [
    safeMessage(message),
    ...(fix ? [`Fix: ${safeMessage(fix.title)}`] : []),
    ...citations(documentation).map(safeText),
  ];
  return `::${commands[severity]} ${properties.join(",")}::${escapeData(text.join("\n"))}\n`;
}

/**
 * `--format github`: workflow commands that become annotations. Nothing in a manifest can add a command of its
 * own: every line begins with ours, and breaks, `%`, `:` and `,` are escaped.
 */
export function github(report: Report): string {
  return activeFindings(report).map(command).join("");
}
