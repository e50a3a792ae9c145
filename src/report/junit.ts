import type { Finding } from "../model/finding.ts";
import type { Crash, Report } from "../model/report.ts";
import { label } from "../model/resource.ts";
import { positionAt } from "../model/source.ts";
import { citations } from "./citation.ts";
import { inertLines, safeMessage, safeText } from "./safe-text.ts";

/** What became of one test. */
type Outcome = "passed" | "failure" | "error" | "skipped";

interface TestCase {
  readonly outcome: Outcome;
  readonly xml: string;
}

interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/** Text that is nothing but text, in an element as well as in an attribute; XML knows no U+FFFE and U+FFFF. */
function escapeXml(safe: string): string {
  return safe
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/[\ufffe\uffff]/g, "\ufffd");
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}

function element(
  name: string,
  values: Readonly<Record<string, string | number>>,
  content: string | null,
): string {
  const start = `<${name}${attributes(values)}`;
  return content === null ? `${start}/>` : `${start}>${content}</${name}>`;
}

function testCase(values: Readonly<Record<string, string | number>>, outcome: Outcome, inner: string | null) {
  return { outcome, xml: element("testcase", values, inner === null ? null : `\n      ${inner}\n    `) };
}

/** What is to be read about a finding, a line each. */
function details({ at, severity, rule, message, related, fix, documentation }: Finding): string {
  const place = (location: Finding["at"]): string => {
    const { line, column } = positionAt(location.file, location.start);
    return `${safeText(location.file.path)}:${line}:${column}`;
  };
  const lines = [
    `${place(at)}: ${severity} ${safeText(rule)} ${safeMessage(message)}`,
    ...related.map((other) => `see ${place(other.at)}: ${safeMessage(other.message)}`),
    ...(fix ? [`fix: ${safeMessage(fix.title)}`] : []),
    ...citations(documentation).map((text) => `doc: ${safeText(text)}`),
  ];
  return escapeXml(lines.join("\n"));
}

/**
 * Readers tell tests of two runs apart by class and name: there are no lines in them, so that a finding stays the same
 * test when lines move.
 */
function findingCase(finding: Finding): TestCase {
  const { rule, resource, path, at, severity, message, suppressed } = finding;
  const name = [rule, ...(resource === null ? [] : [label(resource)]), ...(path === "" ? [] : [path])];
  const values = { name: safeText(name.join(" ")), classname: safeText(at.file.path) };
  if (suppressed !== null) {
    const until = suppressed.until === null ? "" : ` until ${suppressed.until}`;
    const why = safeMessage(`suppressed by ${suppressed.by}${until}: ${suppressed.reason}`);
    return testCase(values, "skipped", element("skipped", { message: why }, null));
  }
  if (severity === "info") return testCase(values, "passed", element("system-out", {}, details(finding)));
  const failure = element("failure", { message: safeMessage(message), type: severity }, details(finding));
  return testCase(values, "failure", failure);
}

function crashCase({ rule, set, subject }: Crash): TestCase {
  const where = subject === null ? `set ${set}` : `${subject} of set ${set}`;
  const values = { name: safeText(`${rule} ${where}`), classname: "meshlint" };
  const text = safeMessage(`rule ${rule} crashed at ${where}; its verdict is missing`);
  return testCase(values, "error", element("error", { message: text, type: "crash" }, null));
}

/** One suite for each file with findings; readers refuse a result without any test. */
function suitesOf(report: Report): readonly TestSuite[] {
  const files = new Map<string, TestCase[]>();
  for (const finding of report.findings) {
    const { path } = finding.at.file;
    const cases = files.get(path) ?? [];
    cases.push(findingCase(finding));
    files.set(path, cases);
  }
  const suites = Array.from(files, ([path, cases]) => ({ name: safeText(path), cases }));
  if (report.crashes.length > 0) suites.push({ name: "meshlint", cases: report.crashes.map(crashCase) });
  if (suites.length > 0) return suites;
  return [
    { name: "meshlint", cases: [testCase({ name: "no findings", classname: "meshlint" }, "passed", null)] },
  ];
}

const countOf = (cases: readonly TestCase[], wanted: Outcome): number =>
  cases.filter(({ outcome }) => outcome === wanted).length;

function counts(cases: readonly TestCase[]): Readonly<Record<string, number>> {
  return { tests: cases.length, failures: countOf(cases, "failure"), errors: countOf(cases, "error") };
}

function suiteXml({ name, cases }: TestSuite): string {
  const values = { name, ...counts(cases), skipped: countOf(cases, "skipped") };
  return `  <testsuite${attributes(values)}>\n${cases.map(({ xml }) => `    ${xml}\n`).join("")}  </testsuite>\n`;
}

/**
 * `--format junit`: a test suite for each file and a test for each finding. Errors and warnings are failures, remarks
 * tests that pass and say something, suppressed findings are skipped, and rules that crashed are errors. Durations are
 * left out, so that the same input gives the same bytes; and so is what the strictest readers do not know, such as a
 * test's file and line: they are in its class and text.
 */
export function junit(report: Report): string {
  const suites = suitesOf(report);
  const all = suites.flatMap((suite) => suite.cases);
  const start = `<testsuites${attributes({ name: "meshlint", ...counts(all) })}>`;
  const lines = suites.map(suiteXml);
  return inertLines(`<?xml version="1.0" encoding="UTF-8"?>\n${start}\n${lines.join("")}</testsuites>\n`);
}
