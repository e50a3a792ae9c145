import { hideKeyMaterial, inertLines, safeBlock, safeText } from "../report/safe-text.ts";
import { messageOf } from "./report.ts";
import type { TestResult, TestRun } from "./result.ts";

/** Text that is nothing but text, in an element as well as in an attribute; XML knows no U+FFFE and U+FFFF. */
function escapeXml(safe: string): string {
  return safe
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/[\ufffe\uffff]/g, "\ufffd");
}

const attribute = (text: string): string => escapeXml(safeText(hideKeyMaterial(text)));

function caseXml(result: TestResult): string {
  const { file, line, name, ok } = result;
  const start = `<testcase name="${attribute(name)}" classname="${attribute(file)}" file="${attribute(file)}" line="${line}"`;
  if (ok) return `    ${start}/>\n`;
  const message = messageOf(result);
  const [first = ""] = message.split("\n");
  return (
    `    ${start}>\n      <failure message="${attribute(first)}" type="failure">` +
    `${escapeXml(safeBlock(message))}</failure>\n    </testcase>\n`
  );
}

const counted = (results: readonly TestResult[]): string =>
  `tests="${results.length}" failures="${results.filter(({ ok }) => !ok).length}"`;

/** `--format junit`: a suite for each file. Durations are left out, so that the same input gives the same bytes. */
export function testsJunit({ results }: TestRun): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) => {
    const own = results.filter((result) => result.file === file);
    return `  <testsuite name="${attribute(file)}" ${counted(own)}>\n${own.map(caseXml).join("")}  </testsuite>\n`;
  });
  return inertLines(
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="meshlint test" ${counted(results)}>\n` +
      `${suites.join("")}</testsuites>\n`,
  );
}
