import { rules } from "../../rules/index.ts";
import { ruleMatches } from "../engine/settings.ts";
import { findingKey } from "../fix/compare-findings.ts";
import type { DoneFix, FixOutcome, WithheldFix } from "../fix/fix-all.ts";
import { whyUnwritten } from "../fix/unwritten.ts";
import type { Finding } from "../model/finding.ts";
import { positionAt } from "../model/source.ts";
import type { Colors } from "../report/colors.ts";
import { resourceJson } from "../report/json.ts";
import { severityColor } from "../report/pretty.ts";
import { inertLines, safeJson, safeMessage, safeText } from "../report/safe-text.ts";
import { activeFindings, plural, summaryOf } from "../report/summary.ts";

/** A finding that is still there, and what to do about it. */
export interface Remaining {
  readonly finding: Finding;
  /** `review`: `--review` may fix it. `person`: nobody else can. */
  readonly needs: "review" | "person";
  /** Why no fix was written, where that is known. */
  readonly because: string | null;
  /** A command that writes what is missing. */
  readonly command: string | null;
}

export interface FixReport {
  readonly outcome: FixOutcome;
  readonly remaining: readonly Remaining[];
  readonly dryRun: boolean;
}

/** Where `meshlint new` writes the object that a rule misses. */
const generators: readonly (readonly [string, string])[] = [
  ["tenant/*-missing", "meshlint new tenant NAME"],
  ["tenant/policy-namespaces-drift", "meshlint new tenant NAME --update FILE"],
  ["tenant/chart-version-mismatch", "meshlint new tenant NAME --update FILE"],
  ["tenant/system-policy-too-broad", "meshlint new tenant NAME --update FILE"],
  ["gateway/knative-gateway-missing", "meshlint new platform --output FOLDER"],
  ["gateway/local-service-missing", "meshlint new platform --output FOLDER"],
  ["kafka/serviceentry-missing", "meshlint new platform --kafka HOST:PORT --output FOLDER"],
];

const mayFix = new Set(rules.filter((rule) => rule.fix !== "none").map((rule) => rule.id));

function becauseOf(finding: Finding): string | null {
  if (!mayFix.has(finding.rule)) return null;
  if (finding.fix === null && finding.sets.length > 1) return "its sets ask for different changes";
  return whyUnwritten(finding);
}

/** What is left of the findings, without those whose fix was withheld. */
export function remainingOf(outcome: FixOutcome): readonly Remaining[] {
  const withheld = new Set(outcome.withheld.map(({ finding }) => findingKey(finding)));
  return activeFindings(outcome.report)
    .filter((finding) => !withheld.has(findingKey(finding)))
    .map((finding) => {
      const review = (finding.fix?.edits.length ?? 0) > 0;
      const named = generators.find(([pattern]) => ruleMatches(pattern, finding.rule))?.[1] ?? null;
      const said = finding.fix?.title.includes("meshlint new") ?? false;
      return {
        finding,
        needs: review ? ("review" as const) : ("person" as const),
        because: review ? null : becauseOf(finding),
        command: said ? null : named,
      };
    });
}

const placeText = (
  finding: Finding,
  { line, column } = positionAt(finding.at.file, finding.at.start),
): string => `${safeText(finding.at.file.path)}:${line}:${column}`;

function doneText({ finding, fix, position }: DoneFix, colors: Colors): string {
  const note = fix.safety === "review" ? colors.yellow(" (review it)") : "";
  return (
    `${colors.green("fixed")} ${colors.bold(placeText(finding, position))} ${colors.cyan(safeText(finding.rule))}: ` +
    `${safeMessage(fix.title)}${note}\n`
  );
}

function withheldText({ finding, fix, reason }: WithheldFix, colors: Colors): string {
  return (
    `${colors.yellow("withdrawn")} ${colors.bold(placeText(finding))} ${colors.cyan(safeText(finding.rule))}: ` +
    `${safeMessage(fix.title)}\n  ${safeMessage(reason)}\n`
  );
}

function remainingText({ finding, needs, because, command }: Remaining, colors: Colors): string {
  const paint = severityColor(colors, finding.severity);
  const lines = [
    `${colors.bold(placeText(finding))} ${paint(finding.severity)} ${colors.cyan(safeText(finding.rule))}: ` +
      safeMessage(finding.message),
  ];
  if (finding.fix !== null) {
    const who = needs === "review" ? "--review would" : "to do";
    lines.push(`  ${colors.green(`${who}:`)} ${safeMessage(finding.fix.title)}`);
  }
  if (because !== null) lines.push(`  ${colors.dim(`not written: ${safeMessage(because)}`)}`);
  if (command !== null) lines.push(`  ${colors.dim(`${command} writes what the documents have`)}`);
  return `${lines.join("\n")}\n`;
}

function section(title: string, texts: readonly string[], colors: Colors): readonly string[] {
  return texts.length === 0 ? [] : [`${colors.bold(title)}\n${texts.join("")}`];
}

/** `1 error, 2 warnings, 0 infos remain`, or that nothing does. */
function remainsText({ outcome }: FixReport): string {
  const { errors, warnings, infos } = summaryOf(outcome.report);
  if (errors + warnings + infos === 0) return "no findings remain";
  return `${[plural(errors, "error"), plural(warnings, "warning"), plural(infos, "info")].join(", ")} remain`;
}

/** One line that says what was done. */
export function fixSummary(report: FixReport): string {
  const { outcome, dryRun, remaining } = report;
  const files = plural(outcome.changed.length, "file");
  const fixed =
    outcome.done.length === 0
      ? "Nothing to fix"
      : `${dryRun ? "Would fix" : "Fixed"} ${plural(outcome.done.length, "finding")} in ${files}`;
  const withdrawn = outcome.withheld.length === 0 ? "" : `, ${outcome.withheld.length} withdrawn`;
  const review = remaining.filter(({ needs }) => needs === "review").length;
  const hint = review === 0 ? "" : `; --review would look at ${review} more`;
  const again = outcome.settled ? "" : "; more may follow: run it again";
  return `${fixed}${withdrawn}; ${remainsText(report)}${hint}${again}`;
}

/** The report for people: what was fixed, what was withdrawn, what is left to do. */
export function prettyFix(
  report: FixReport,
  { colors, quiet, verbose }: { readonly colors: Colors; readonly quiet: boolean; readonly verbose: boolean },
): string {
  const { outcome, remaining } = report;
  const shown = remaining.filter(({ finding }) => verbose || finding.severity !== "info");
  const hidden = remaining.length - shown.length;
  const parts = [
    outcome.done.map((done) => doneText(done, colors)).join(""),
    outcome.withheld.map((entry) => withheldText(entry, colors)).join(""),
    ...section(
      "Left to do",
      [
        ...shown.map((entry) => remainingText(entry, colors)),
        ...(hidden > 0 ? [`${plural(hidden, "info")} not shown (--verbose shows them)\n`] : []),
      ],
      colors,
    ),
    ...(quiet ? [] : [`${fixSummary(report)}\n`]),
  ];
  return inertLines(parts.filter((part) => part !== "").join("\n"));
}

function entryJson(finding: Finding, position = positionAt(finding.at.file, finding.at.start)): object {
  const { rule, severity, message, sets, at, path, resource } = finding;
  return {
    rule,
    severity,
    message: safeMessage(message),
    sets,
    file: at.file.path,
    ...position,
    path,
    resource: resourceJson(resource),
  };
}

/**
 * `--format json`.
 *
 * @param diff of a dry run, else null
 * @param text what standard input became, else null
 */
export function jsonFix(report: FixReport, diff: string | null, text: string | null): string {
  const { outcome, remaining, dryRun } = report;
  const content = {
    version: 1,
    dryRun,
    fixed: outcome.done.map(({ finding, fix, position }) => ({
      ...entryJson(finding, position),
      title: fix.title,
      safety: fix.safety,
    })),
    withdrawn: outcome.withheld.map(({ finding, fix, reason }) => ({
      ...entryJson(finding),
      title: fix.title,
      safety: fix.safety,
      reason,
    })),
    remaining: remaining.map(({ finding, needs, because, command }) => ({
      ...entryJson(finding),
      title: finding.fix?.title ?? null,
      needs,
      because,
      command,
    })),
    files: outcome.changed.map(({ path }) => path),
    ...(diff !== null && { diff }),
    ...(text !== null && { text }),
    settled: outcome.settled,
    summary: summaryOf(outcome.report),
  };
  return `${safeJson(JSON.stringify(content, null, 2))}\n`;
}
