import type { Explanation, Opinion } from "../model/explanation.ts";
import { type Finding, type Verdict, verdicts } from "../model/finding.ts";
import { label } from "../model/resource.ts";
import { positionAt, type Span } from "../model/source.ts";
import { formatPath } from "../model/value.ts";
import type { Colors } from "./colors.ts";
import { resourceJson } from "./json.ts";
import { severityColor } from "./pretty.ts";
import { pageOf } from "./rule-page.ts";
import { hideKeyMaterial, inertLines, safeJson, safeMessage, safeText } from "./safe-text.ts";
import { shownLine } from "./secret-lines.ts";
import { plural } from "./summary.ts";

export interface ExplainOptions {
  readonly colors: Colors;
  /** Also list the rules that do not apply. */
  readonly verbose: boolean;
}

const placeText = ({ at }: Finding): string => {
  const { line, column } = positionAt(at.file, at.start);
  return `${safeText(at.file.path)}:${line}:${column}`;
};

/** Whether a finding is about the very field that is asked about, or a part of it. */
function isHere({ place }: Explanation, { at }: Finding): boolean {
  const { line } = positionAt(at.file, at.start);
  if (at.file.path !== place.file.path) return false;
  const inField: Span = place.path.length === 0 ? { start: 0, end: 0 } : place.span;
  return line === place.line || (at.start >= inField.start && at.start < inField.end);
}

function headText(explanation: Explanation, colors: Colors): string {
  const { place, sets } = explanation;
  const { file, line, resource, path } = place;
  const field = path.length === 0 ? "" : ` ${safeText(formatPath(path))}`;
  const lines = [
    `${colors.bold(`${safeText(file.path)}:${line}`)}${colors.cyan(field)}`,
    `  ${colors.dim(`${line} |`)} ${safeText(shownLine(file, line, resource))}`.trimEnd(),
  ];
  const held = `${sets.length === 1 ? "set" : "sets"} ${sets.map(safeText).join(", ")}`;
  const what = resource
    ? `${safeText(label(resource))} (${safeText(resource.apiVersion)}${resource.form === "patch" ? ", a patch" : ""})`
    : place.document.value === undefined
      ? "a document that cannot be read"
      : "a document that is no object";
  return `${[...lines, `${what}, ${held}`].join("\n")}\n`;
}

function findingLines(explanation: Explanation, finding: Finding, colors: Colors): readonly string[] {
  const { severity, message, fix, suppressed } = finding;
  const here = isHere(explanation, finding) ? ` ${colors.bold("(here)")}` : "";
  return [
    `    ${placeText(finding)}${here} ${severityColor(colors, severity)(severity)}: ${safeMessage(message)}`,
    ...(suppressed
      ? [`      ${colors.dim(safeMessage(`suppressed by ${suppressed.by}: ${suppressed.reason}`))}`]
      : []),
    ...(fix ? [`      ${colors.green("fix:")} ${safeMessage(fix.title)}`] : []),
  ];
}

function opinionText(explanation: Explanation, opinion: Opinion, colors: Colors): string {
  const { rule, verdict, sets, needs, reason, summary, findings } = opinion;
  const only = sets.length < explanation.sets.length ? ` (in ${sets.map(safeText).join(", ")})` : "";
  const head = `  ${colors.cyan(safeText(rule))}${only}`;
  switch (verdict) {
    case "fail": {
      const lines = findings
        .toSorted((a, b) => Number(isHere(explanation, b)) - Number(isHere(explanation, a)))
        .flatMap((finding) => findingLines(explanation, finding, colors));
      const silent = `    another finding explains it: ${safeMessage(reason)}`;
      return `${[head, ...(lines.length > 0 ? lines : [silent])].join("\n")}\n`;
    }
    case "undecided":
      return `${head}: needs ${safeMessage(needs ?? reason)}\n`;
    case "pass":
      return `${head}: ${safeMessage(reason === "" ? summary : reason)}\n`;
    case "not-applicable":
      return `${head}: ${safeMessage(reason)}\n`;
  }
}

const titles: Readonly<Record<Verdict, string>> = {
  fail: "Failed",
  undecided: "Undecided",
  pass: "Passed: not the case here",
  "not-applicable": "Not applicable",
};

/** `explain FILE:LINE` for people: what stands there, and what each rule that looked at it says. */
export function prettyExplanation(explanation: Explanation, { colors, verbose }: ExplainOptions): string {
  const { opinions, pointers, others } = explanation;
  const parts = [headText(explanation, colors)];
  const here = ({ findings }: Opinion): number =>
    Number(findings.some((finding) => isHere(explanation, finding)));
  for (const verdict of verdicts.toReversed()) {
    const mine = opinions.filter((opinion) => opinion.verdict === verdict);
    if (mine.length === 0 || (verdict === "not-applicable" && !verbose)) continue;
    const texts = mine
      .toSorted((a, b) => here(b) - here(a))
      .map((opinion) => opinionText(explanation, opinion, colors));
    parts.push(`${colors.bold(titles[verdict])}\n${texts.join("")}`);
  }
  if (pointers.length > 0) {
    const lines = pointers.map(
      (finding) =>
        `  ${placeText(finding)} ${colors.cyan(safeText(finding.rule))}: ${safeMessage(finding.message)}\n`,
    );
    parts.push(`${colors.bold("Findings elsewhere that name this object")}\n${lines.join("")}`);
  }
  const idle = opinions.filter(({ verdict }) => verdict === "not-applicable").length;
  const counts = [
    ...(idle > 0 && !verbose
      ? [`${plural(idle, "rule does", "rules do")} not apply here (--verbose says why)`]
      : []),
    `${plural(others, "rule looks", "rules look")} at other objects`,
  ];
  parts.push(`${colors.dim(counts.join("; "))}\n`);
  return inertLines(parts.join("\n"));
}

function findingJson(explanation: Explanation, finding: Finding): object {
  const { rule, severity, message, at, path, fix, suppressed } = finding;
  return {
    rule,
    severity,
    message: hideKeyMaterial(message),
    file: at.file.path,
    ...positionAt(at.file, at.start),
    path,
    here: isHere(explanation, finding),
    fix: fix && { title: fix.title, safety: fix.safety },
    suppressed: suppressed && { by: suppressed.by, reason: suppressed.reason, until: suppressed.until },
  };
}

/** `explain FILE:LINE --format json`. */
export function jsonExplanation(explanation: Explanation): string {
  const { place, sets, opinions, pointers, others } = explanation;
  const [start, end] = [place.span.start, place.span.end].map((offset) => positionAt(place.file, offset));
  const content = {
    version: 1,
    file: place.file.path,
    line: place.line,
    path: formatPath(place.path),
    span: { line: start?.line, column: start?.column, endLine: end?.line, endColumn: end?.column },
    resource: resourceJson(place.resource),
    sets,
    rules: opinions.map(({ rule, verdict, sets: where, needs, reason, findings }) => ({
      rule,
      verdict,
      sets: where,
      needs: needs === null ? null : hideKeyMaterial(needs),
      reason: hideKeyMaterial(reason),
      page: pageOf(rule),
      findings: findings.map((finding) => findingJson(explanation, finding)),
    })),
    pointers: pointers.map((finding) => findingJson(explanation, finding)),
    others,
  };
  return `${safeJson(JSON.stringify(content, null, 2))}\n`;
}
