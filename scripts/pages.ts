import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createColors } from "picocolors";
import { rules } from "../rules/index.ts";
import { baselineJsonSchema } from "../src/config/baseline.ts";
import { configJsonSchema } from "../src/config/schema.ts";
import { testJsonSchema } from "../src/harness/test-shape.ts";
import { main } from "../src/cli/main.ts";
import { commands } from "../src/cli/flags.ts";
import { pretty } from "../src/report/pretty.ts";
import { citations } from "../src/report/citation.ts";
import type { Rule } from "../src/rule/define.ts";
import { casesOf } from "../test/support/fixture-cases.ts";
import { lintMemory } from "../test/support/lint.ts";
import { root } from "./catalogue.ts";
import { mistakesPage, rulesPage, statementsPage } from "./catalogue-pages.ts";
import { exampleOutput, exampleSnapshots } from "./example-snapshot.ts";

const begin = (name: string): string => `<!-- begin ${name}: npm run docs -->`;
const end = (name: string): string => `<!-- end ${name} -->`;

function block(name: string, text: string): string {
  return `${begin(name)}\n\n${text.trim()}\n\n${end(name)}`;
}

/** A text without its generated blocks. */
function withoutBlocks(text: string): string {
  return text.replace(/<!-- begin [a-z-]+: npm run docs -->[^]*?<!-- end [a-z-]+ -->\n*/g, "").trim();
}

function head(rule: Rule): string {
  const facts: readonly (readonly [string, string])[] = [
    [
      "Severity",
      rule.varies === true ? `${rule.severity} (varies with the case or version, see below)` : rule.severity,
    ],
    ["Category", rule.category],
    ...(rule.applies === undefined ? [] : [["Applies to", rule.applies] as const]),
    ["Fix", rule.fix === "none" ? "by hand" : rule.fix],
    ["Source", citations(rule.documentation).join("; ")],
    ...(rule.live === true ? [["Needs", "a cluster"] as const] : []),
  ];
  const rows = facts.map(([name, value]) => `| ${name} | ${value} |`);
  const options = Object.entries(rule.options ?? {}).map(
    ([name, option]) => `| \`${name}\` | \`${JSON.stringify(option.default)}\` | ${option.description} |`,
  );
  const table =
    options.length === 0
      ? ""
      : `\n\n| option | default | meaning |\n| --- | --- | --- |\n${options.join("\n")}`;
  return block("head", `# ${rule.id}\n\n${rule.summary}\n\n| | |\n| --- | --- |\n${rows.join("\n")}${table}`);
}

/** The findings of the first failing case, as a terminal shows them; its markers are cut off. */
function example(rule: Rule): string {
  const fixture = casesOf(rule.id).find((known) => known.outcome === "fail");
  if (!fixture) return "";
  const files = fixture.files.map(({ path, text }) => ({
    path,
    text: text.replace(/[ \t]*# expect(\+\d+)?:[^\r\n]*/g, (_match, next: string | undefined) =>
      next ? "#" : "",
    ),
  }));
  const { config, base, live } = fixture;
  const report = lintMemory(files, { config, base, live, rules: [rule.id] });
  const shown = pretty(report, { colors: createColors(false), quiet: true });
  return block("example", `## Example\n\n\`\`\`text\n${shown.trim()}\n\`\`\`${sources(rule)}`);
}

function sources(rule: Rule): string {
  if (rule.upstream === undefined || rule.upstream.length === 0) return "";
  return `\n\n## Checked against\n\n${rule.upstream.map((place) => `- ${place}`).join("\n")}`;
}

/** The page of a rule: a generated head, what a person wrote, and a generated example. */
export function rulePage(rule: Rule): string {
  const file = join(root, "rules", `${rule.id}.md`);
  const written = existsSync(file) ? withoutBlocks(readFileSync(file, "utf8")) : "";
  return `${[head(rule), written, example(rule)].filter((part) => part !== "").join("\n\n")}\n`;
}

function ruleTable(): string {
  const rows = rules.map(
    (rule) =>
      `| [${rule.id}](rules/${rule.id}.md) | ${rule.severity}${rule.varies === true ? " \\*" : ""} | ${rule.summary} | ${rule.fix === "none" ? "" : rule.fix} |`,
  );
  return `| rule | severity | what is wrong | fix |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n\n\\* Varies with the case or the version; the page tells.`;
}

function commandTable(): string {
  const rows = commands.map((command) => `| \`meshlint ${command.name}\` | ${command.summary} |`);
  return `| command | does |\n| --- | --- |\n${rows.join("\n")}`;
}

function withBlock(text: string, name: string, content: string): string {
  const from = text.indexOf(begin(name));
  const to = text.indexOf(end(name));
  if (from < 0 || to < 0) throw new Error(`there is no block "${name}"`);
  return text.slice(0, from) + block(name, content) + text.slice(to + end(name).length);
}

async function outputOf(...line: readonly string[]): Promise<string> {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0, isTTY: false };
  await main(line, { stdout: stream, stderr: stream, cwd: root, env: {} });
  return written.join("").trim();
}

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** What a command of the README prints. */
async function printed(...line: readonly string[]): Promise<string> {
  return fenced("text", await outputOf(...line));
}

const excerptOf = { section: "1.4.4", statement: "S0-1.4.4-05" } as const;

/** Some lines of the conformance report: the head of a section, and what it says to one statement. */
async function reportExcerpt(): Promise<string> {
  const { section, statement } = excerptOf;
  const lines = (await outputOf("report", "fixtures/app-broken")).split("\n");
  const from = lines.findIndex((line) => line.startsWith(`#### S0, section ${section}:`));
  const fails = lines.findIndex((line) => line.startsWith(`- ${statement} fails`));
  const table = lines.slice(from, lines.indexOf("", from + 2));
  return fenced("markdown", [...table, "", ...lines.slice(fails, fails + 2)].join("\n"));
}

/** docs/report.md with its example of the JSON: one statement of one document, the others left out. */
async function reportPage(): Promise<string> {
  const content = JSON.parse(await outputOf("report", "fixtures/app-broken", "--format", "json"));
  const [set] = content.sets;
  const [document] = set.documents;
  const chosen = (entry: { id?: string; section: string }): boolean =>
    entry.id === undefined ? entry.section === excerptOf.section : entry.id === excerptOf.statement;
  const shown = {
    ...content,
    sets: [
      {
        ...set,
        documents: [
          {
            ...document,
            sections: document.sections.filter(chosen),
            statements: document.statements.filter(chosen),
          },
        ],
      },
    ],
  };
  const text = readFileSync(join(root, "docs", "report.md"), "utf8");
  return withBlock(text, "json", fenced("json", JSON.stringify(shown, null, 2)));
}

/** The patch of a dry run, without what is said about it. */
async function fixExample(): Promise<string> {
  const text = await outputOf("fix", "fixtures/app-broken", "--dry-run", "--quiet");
  return text.replace(/^fixed [^]*/m, "").trim();
}

/** What failed at a place. */
async function explainExample(): Promise<string> {
  const text = await outputOf("explain", "fixtures/app-broken/service.yaml:10");
  return text.slice(0, text.indexOf("\nPassed")).trim();
}

/** The README with its generated tables and output. */
export async function readme(): Promise<string> {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const blocks = {
    rules: ruleTable(),
    commands: commandTable(),
    example: await printed("fixtures/app-broken"),
    calls: await printed("reach", "--cases", "fixtures/calls/isolation.json", "--in", "fixtures/platform"),
    matrix: await printed("matrix", "fixtures/platform", "--expect", "tenants"),
    report: await reportExcerpt(),
    fix: fenced("diff", await fixExample()),
    explain: fenced("text", await explainExample()),
    tests: fenced("text", await exampleOutput("test", "tests/isolation.meshtest.yaml", "--verbose")),
  };
  return Object.entries(blocks).reduce((page, [name, content]) => withBlock(page, name, content), text);
}

/** Every generated file by its path, with the text that it should have. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...rules.map((rule) => [`rules/${rule.id}.md`, rulePage(rule)] as const),
    ["README.md", await readme()],
    ["docs/report.md", await reportPage()],
    ["docs/rules.md", rulesPage()],
    ["docs/statements.md", statementsPage()],
    ["docs/document-mistakes.md", mistakesPage()],
    ["schemas/meshlint.schema.json", `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
    ["schemas/meshtest.schema.json", `${JSON.stringify(testJsonSchema(), null, 2)}\n`],
    ...(await exampleSnapshots()),
    ["schemas/baseline.schema.json", `${JSON.stringify(baselineJsonSchema(), null, 2)}\n`],
  ]);
}
