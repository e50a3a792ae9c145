import { type Finding, severities } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { positionAt } from "../model/source.ts";
import { commentText as text, markdownCode, markdownTable } from "./markdown-text.ts";
import { profileTexts } from "./pretty-summary.ts";
import { inertLines, safeMessage } from "./safe-text.ts";
import {
  activeFindings,
  baselineSentence,
  countsText,
  plural,
  summaryOf,
  tally,
  undecidedSubjects,
} from "./summary.ts";

export interface MarkdownOptions {
  /** Where the page of a rule can be read; null: nowhere. */
  readonly pageUrl?: (rule: string) => string | null;
  /** Where a line of a file can be read; null: nowhere. */
  readonly placeUrl?: (path: string, line: number) => string | null;
  /** Show no more findings than this; null: as many as fit. */
  readonly maxFindings?: number | null;
  /** Characters (UTF-16 units) that the text may have. A comment on GitHub takes 65,536. */
  readonly mostCharacters?: number;
}

/** What a comment on a pull request takes, with room for what others write around it. */
const usualMost = 60_000;
/** Characters of a message, path or need that are shown. */
const longest = 500;
/** Different needs that are named before the rest is counted. */
const mostNeeds = 20;

/** Half a key would not be known as one: it is hidden before the text is cut. */
function cut(plain: string): string {
  const safe = safeMessage(plain);
  return safe.length <= longest ? safe : `${safe.slice(0, longest)}…`;
}

/** Code in a cell. There `|` ends the cell, in a code span as well, and what stands before it may undo its escape. */
function code(plain: string): string {
  const shown = cut(plain);
  return /[|\\`]/.test(shown) ? `<code>${text(shown)}</code>` : markdownCode(shown);
}

function link(shown: string, url: string | null): string {
  if (url === null) return shown;
  return `[${shown}](${url.replace(/[\s()<>\\|`]/g, (character) => encodeURIComponent(character).replace("(", "%28").replace(")", "%29"))})`;
}

function row(finding: Finding, { pageUrl, placeUrl }: MarkdownOptions): readonly string[] {
  const { severity, rule, message, at, fix } = finding;
  const { line } = positionAt(at.file, at.start);
  const { path } = at.file;
  const advice = fix === null ? "" : `<br>fix: ${text(cut(fix.title))}`;
  return [
    severity === "error" ? "**error**" : severity,
    link(code(`${path}:${line}`), placeUrl?.(path, line) ?? null),
    text(cut(message)) + advice,
    link(code(rule), pageUrl?.(rule) ?? null),
  ];
}

/** The worst first; within a severity in the order of the report. */
function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
}

function heading(report: Report): string {
  const { errors, warnings, infos } = summaryOf(report);
  return `## meshlint: ${errors + warnings + infos === 0 ? "no findings" : countsText(report)}`;
}

function sentence(report: Report): string {
  const { suppressed, undecided, files, resources } = summaryOf(report);
  const baseline = baselineSentence(report);
  const parts = [
    `${plural(resources, "resource")} in ${plural(files, "file")}`,
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(baseline === null ? [] : [baseline]),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
    ...(report.crashes.length > 0 ? [`${plural(report.crashes.length, "rule")} crashed`] : []),
  ];
  return `${parts.join("; ")}.`;
}

function undecidedLines(report: Report): readonly string[] {
  const undecided = undecidedSubjects(report);
  if (undecided.length === 0) return [];
  const needs = tally(undecided.map((entry) => entry.needs));
  const more = needs.length - mostNeeds;
  return [
    "<details>",
    `<summary>${undecided.length} undecided: the evidence lies outside of these files</summary>`,
    "",
    ...needs.slice(0, mostNeeds).map(([need, count]) => `- ${count} × ${text(cut(need))}`),
    ...(more > 0 ? [`- and ${plural(more, "other need")}`] : []),
    "",
    "</details>",
    "",
  ];
}

function profileLines(report: Report): readonly string[] {
  const profiles = profileTexts(report).slice(0, mostNeeds);
  return profiles.length === 0 ? [] : [...profiles.map((line) => `- profile: ${text(cut(line))}`), ""];
}

/** As many rows as fit, and how many are left out. */
function findingLines(
  findings: readonly Finding[],
  options: MarkdownOptions,
  room: number,
): readonly string[] {
  if (findings.length === 0) return [];
  const [head = "", dashes = "", ...rows] = markdownTable(
    ["severity", "place", "finding", "rule"],
    worstFirst(findings)
      .slice(0, options.maxFindings ?? findings.length)
      .map((finding) => row(finding, options)),
  ).map(inertLines);
  const lines = [head, dashes];
  let left = room - head.length - dashes.length;
  for (const line of rows) {
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  const more = findings.length + 2 - lines.length;
  return [...lines, "", ...(more > 0 ? [`… and ${plural(more, "more finding")}.`, ""] : [])];
}

/**
 * `--format markdown`, for the summary of a job and comments on a pull request: counts, the findings as a table with
 * the worst first, what is undecided, and the profile. The text is never longer than it may be: rows are left out, and
 * counted, where there is no room. Nothing in a manifest can become markup, a link, or a call to somebody.
 */
export function markdown(report: Report, options: MarkdownOptions = {}): string {
  const { mostCharacters = usualMost } = options;
  const before = [heading(report), "", sentence(report), ""];
  const after = [...undecidedLines(report), ...profileLines(report)];
  const used = [...before, ...after].reduce((sum, line) => sum + line.length + 1, 0);
  // For the sentence that counts the rest, and what makes lines inert.
  const room = mostCharacters - used - 200;
  const lines = [...before, ...findingLines(activeFindings(report), options, room), ...after];
  return inertLines(`${lines.join("\n").trimEnd()}\n`);
}
