import type { Colors } from "./colors.ts";
import type { Finding, Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { positionAt, type Location } from "../model/source.ts";
import { citations } from "./citation.ts";
import { type Excerpt, excerptOf } from "./excerpt.ts";
import { prettySummary, prettyVerbose } from "./pretty-summary.ts";
import { inertLines, safeMessage, safeText } from "./safe-text.ts";
import { activeFindings, plural } from "./summary.ts";

export interface PrettyOptions {
  readonly colors: Colors;
  /** Findings only, without the summary. */
  readonly quiet?: boolean;
  /** Also what is undecided, skipped and suppressed, one by one. */
  readonly verbose?: boolean;
  /** Show no more findings than this; the summary counts all of them. */
  readonly maxFindings?: number | null;
}

export function severityColor(colors: Colors, severity: Severity): (text: string) => string {
  switch (severity) {
    case "error":
      return (text) => colors.bold(colors.red(text));
    case "warning":
      return (text) => colors.bold(colors.yellow(text));
    case "info":
      return (text) => colors.bold(colors.blue(text));
  }
}

function placeOf(at: Location): string {
  const { line, column } = positionAt(at.file, at.start);
  return `${safeText(at.file.path)}:${line}:${column}`;
}

function excerptLines(excerpt: Excerpt, colors: Colors, paint: (text: string) => string): readonly string[] {
  const last = excerpt.lines.at(-1);
  if (last === undefined) return [];
  const gutter = String(last.number).length;
  const lines = excerpt.lines.map(({ number, text }) =>
    `  ${colors.dim(`${String(number).padStart(gutter)} |`)} ${text}`.trimEnd(),
  );
  if (excerpt.mark === null) return lines;
  const { indent, width } = excerpt.mark;
  return [
    ...lines,
    `  ${colors.dim(`${" ".repeat(gutter)} |`)} ${" ".repeat(indent)}${paint("^".repeat(width))}`,
  ];
}

function findingText(finding: Finding, colors: Colors): string {
  const { at, severity, rule, resource, related, documentation, fix } = finding;
  const paint = severityColor(colors, severity);
  const lines = [
    `${colors.bold(placeOf(at))} ${paint(severity)} ${colors.cyan(safeText(rule))}`,
    `  ${safeMessage(finding.message)}`,
    ...excerptLines(excerptOf(at, resource), colors, paint),
    ...related.map((other) => `  ${colors.dim("see:")} ${placeOf(other.at)}: ${safeMessage(other.message)}`),
    ...(fix ? [`  ${colors.green("fix:")} ${safeMessage(fix.title)}`] : []),
    ...citations(documentation).map((text) => `  ${colors.dim(`doc: ${safeText(text)}`)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Advice that holds in many places is shown in so many of them. */
const repeats = 3;

/** The findings with the repetitions of one advice left out, and what was left out. */
function withoutRepetition(findings: readonly Finding[]): {
  readonly shown: readonly Finding[];
  readonly left: ReadonlyMap<string, number>;
} {
  const seen = new Map<string, number>();
  const left = new Map<string, number>();
  const shown = findings.filter(({ severity, rule, message }) => {
    if (severity !== "info") return true;
    const key = `${rule}\n${message}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count > repeats) left.set(rule, (left.get(rule) ?? 0) + 1);
    return count <= repeats;
  });
  return { shown, left };
}

/**
 * `--format pretty`, for people: each finding with its place in the source, what is wrong, what it has to do with,
 * how to put it right and which document asks for it; then what was read, skipped, assumed and left undecided.
 */
export function pretty(report: Report, options: PrettyOptions): string {
  const { colors, quiet = false, verbose = false, maxFindings = null } = options;
  const { shown: active, left: repeated } = verbose
    ? { shown: activeFindings(report), left: new Map<string, number>() }
    : withoutRepetition(activeFindings(report));
  const shown = maxFindings === null ? active : active.slice(0, maxFindings);
  const parts = shown.map((finding) => findingText(finding, colors));
  for (const [rule, count] of repeated)
    parts.push(
      `${plural(count, "more place", "more places")} with the same advice of ${safeText(rule)} (--verbose shows them)\n`,
    );
  const left = active.length - shown.length;
  if (left > 0)
    parts.push(
      `${plural(left, "more finding is", "more findings are")} not shown (--max-findings ${maxFindings})\n`,
    );
  if (verbose && !quiet) parts.push(...prettyVerbose(report, colors));
  if (!quiet) parts.push(prettySummary(report, { colors, verbose }));
  return inertLines(parts.join("\n"));
}
