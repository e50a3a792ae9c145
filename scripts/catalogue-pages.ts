import { posix } from "node:path";
import { rules } from "../rules/index.ts";
import { citations } from "../src/report/citation.ts";
import type { Rule } from "../src/rule/define.ts";
import { statedDocuments } from "../src/rule/statements/documents.ts";
import type { Statement } from "../src/rule/statements/statement.ts";
import { casesOf, type FixtureCase, outcomes } from "../test/support/fixture-cases.ts";
import { lintMemory } from "../test/support/lint.ts";
import { type DocumentMistake, documentMistakes } from "./document-mistakes.ts";

const note = "<!-- Written by npm run docs. -->";

const groupOf = (id: string): string => id.slice(0, id.indexOf("/"));

/** Text that breaks no cell and is no markup. */
const cell = (text: string): string => text.replace(/[\\|<>*`]/g, "\\$&");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

const page = (...parts: readonly string[]): string => `${parts.join("\n\n")}\n`;

const statementsByRule = new Map<string, string[]>();
for (const { statements } of statedDocuments) {
  for (const { id, rules: judges } of statements) {
    for (const rule of judges) statementsByRule.set(rule, [...(statementsByRule.get(rule) ?? []), id]);
  }
}

const folderOf = ({ rule, name }: FixtureCase): string => posix.join("../fixtures/rules", rule, name);

/** How many cases there are of each outcome; each number leads to the first of them. */
function caseCells(rule: Rule): readonly string[] {
  const cases = casesOf(rule.id);
  return outcomes.map((outcome) => {
    const [first, ...others] = cases.filter((fixture) => fixture.outcome === outcome);
    return first ? `[${others.length + 1}](${folderOf(first)})` : "";
  });
}

/** What a rule rests on: statements of the documents, else code. */
function sourceOf(rule: Rule): string {
  const statements = statementsByRule.get(rule.id);
  if (statements) return statements.map((id) => `[${id}](statements.md#${anchorOf(id)})`).join(", ");
  return cell((rule.upstream ?? citations(rule.documentation)).join("; "));
}

function ruleRow(rule: Rule): readonly string[] {
  return [
    `[${rule.id}](../rules/${rule.id}.md)`,
    `[file](../rules/${rule.id}.ts)`,
    `${rule.severity}${rule.varies === true ? " \\*" : ""}`,
    rule.fix,
    ...caseCells(rule),
    sourceOf(rule),
  ];
}

/** docs/rules.md: every rule with its files, cases and sources. */
export function rulesPage(): string {
  const groups = [...new Set(rules.map((rule) => groupOf(rule.id)))];
  const head = ["rule", "code", "severity", "fix", ...outcomes, "rests on"];
  return page(
    note,
    "# Catalogue",
    `${rules.length} rules in ${groups.length} groups. A rule's name leads to its page; the numbers are cases below ` +
      "[fixtures/rules](../fixtures/rules), each leading to the first: `fail` shows a finding, `near` a tempting false " +
      "one, `undecided` what cannot be known. What a rule rests on are [statements of the documents](statements.md), " +
      "else the code that it was checked against.",
    ...groups.flatMap((group) => [
      `## ${group}`,
      table(head, rules.filter((rule) => groupOf(rule.id) === group).map(ruleRow)),
    ]),
    "\\* Varies with the case or the version; the page tells.",
  );
}

/** The anchor that stands before a statement. */
const anchorOf = (id: string): string => id.toLowerCase().replaceAll(".", "-");

const pageLink = (rule: string): string => `[${rule}](../rules/${rule}.md)`;

function judgedBy({ check, reason, rules: judges }: Statement): string {
  const links = judges.map(pageLink).join(", ");
  switch (check) {
    case "manifest":
      return links;
    case "live":
      return links === "" ? `a cluster (${reason})` : `a cluster; causes: ${links}`;
    case "none":
      return `nothing (${reason})`;
  }
}

/** docs/statements.md: what the documents state, and which rules judge it. */
export function statementsPage(): string {
  const head = ["statement", "kind", "what the document says", "judged by"];
  return page(
    note,
    "# What the documents state",
    "Sentence by sentence and in our own words, in the order of their sections. `meshlint report` gives each of them a " +
      "verdict ([report](report.md)).",
    ...statedDocuments.flatMap(({ id, title, edition, statements }) => [
      `## ${id}: ${title}`,
      `For ${edition}; ${statements.length} statements.`,
      table(
        head,
        statements.map((statement) => [
          `<a id="${anchorOf(statement.id)}"></a>${statement.id}`,
          statement.kind,
          `**${cell(statement.heading)}.** ${cell(statement.text)}`,
          judgedBy(statement),
        ]),
      ),
    ]),
  );
}

/** The cases that show a mistake. */
export function casesOfMistake({ caught }: DocumentMistake): readonly FixtureCase[] {
  return caught.flatMap(({ rule, case: name }) => casesOf(rule).filter((fixture) => fixture.name === name));
}

/** What the rule says to a case, first about its first finding. */
export function saidTo(fixture: FixtureCase): { readonly message: string; readonly title: string } | null {
  const { findings } = lintMemory(fixture.files, {
    config: fixture.config,
    base: fixture.base,
    rules: [fixture.rule],
  });
  const [first] = findings.filter((finding) => finding.rule === fixture.rule);
  return first ? { message: first.message, title: first.fix?.title ?? "" } : null;
}

function caseLine(fixture: FixtureCase): string {
  const said = saidTo(fixture);
  const words =
    said === null
      ? "no finding"
      : `${cell(said.message)}${said.title === "" ? "" : `; fix: ${cell(said.title)}`}`;
  return `- ${pageLink(fixture.rule)}, case [${fixture.name}](${folderOf(fixture)}): ${words}`;
}

function mistakePart(mistake: DocumentMistake): string {
  const { id, where, printed, right, note: remark } = mistake;
  const lines = casesOfMistake(mistake).map(caseLine);
  return [
    `## ${id}`,
    `${cell(where)}\n\n- **Printed**: ${cell(printed)}\n- **Right**: ${cell(right)}`,
    ...(lines.length === 0 ? ["No manifest shows it."] : [lines.join("\n")]),
    ...(remark === undefined ? [] : [cell(remark)]),
  ].join("\n\n");
}

/** docs/document-mistakes.md: what the documents have wrong, and what meshlint says to it. */
export function mistakesPage(): string {
  return page(
    note,
    "# Mistakes in the documents",
    "Examples get copied, so their mistakes do as well. Each of these was checked against code, by a run or by comparing " +
      "passages. Where a manifest can show one, a rule catches it, and a case has it as it is printed.",
    ...documentMistakes.map(mistakePart),
  );
}
