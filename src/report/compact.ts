import type { Report } from "../model/report.ts";
import { positionAt } from "../model/source.ts";
import { inertLines, safeMessage, safeText } from "./safe-text.ts";
import { activeFindings } from "./summary.ts";

/** `--format compact`: `file:line:column: severity rule message`, one line for each finding that counts. */
export function compact(report: Report): string {
  const lines = activeFindings(report).map(({ at, severity, rule, message }) => {
    const { line, column } = positionAt(at.file, at.start);
    return `${safeText(at.file.path)}:${line}:${column}: ${severity} ${safeText(rule)} ${safeMessage(message)}\n`;
  });
  return inertLines(lines.join(""));
}
