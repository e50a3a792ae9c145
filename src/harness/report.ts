import type { Colors } from "../report/colors.ts";
import { hideKeyMaterial, inertLines, safeJson, safeMessage, safeText } from "../report/safe-text.ts";
import { plural } from "../report/summary.ts";
import type { Failure, TestResult, TestRun } from "./result.ts";

export interface TestSummary {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  /** Not run, for --bail. */
  readonly left: number;
}

export function summaryOf({ results, left }: TestRun): TestSummary {
  const failed = results.filter(({ ok }) => !ok).length;
  return { tests: results.length, passed: results.length - failed, failed, left };
}

function failureText({ expected, got, at, where, diff = [] }: Failure): string {
  const place = at === null ? "" : `; at ${at}`;
  return [`expected ${expected}; got ${got}${place}; see ${where}`, ...diff].join("\n");
}

/** Why a test fails, a line for each expectation that does not hold; empty where it passes. */
export function messageOf({ failures }: TestResult): string {
  return hideKeyMaterial(failures.map(failureText).join("\n"));
}

/** What is to be said of a test that passes; null: nothing. */
function noteOf({ note, details }: TestResult): string | null {
  return note === null ? null : [note, ...details.map((text) => `survives: ${text}`)].join("\n");
}

/** `--format json`. */
export function testsJson(run: TestRun): string {
  const content = {
    version: 1,
    tests: run.results.map((result) => {
      const { file, line, name, ok } = result;
      return { file, line, name, ok, message: ok ? noteOf(result) : messageOf(result) };
    }),
    summary: summaryOf(run),
  };
  return `${safeJson(JSON.stringify(content, null, 2))}\n`;
}

function diffLine(line: string, colors: Colors): string {
  const text = `    ${safeMessage(line)}`.trimEnd();
  return line.startsWith("-")
    ? colors.green(text)
    : line.startsWith("+")
      ? colors.red(text)
      : colors.dim(text);
}

function failureLines({ expected, got, at, where, diff = [] }: Failure, colors: Colors): readonly string[] {
  return [
    colors.green(`  - expected ${safeMessage(expected)}`),
    colors.red(`  + got      ${safeMessage(got)}`),
    ...(at === null ? [] : [`    at       ${colors.cyan(safeText(at))}`]),
    colors.dim(`    see      ${safeText(where)}`),
    ...diff.map((line) => diffLine(line, colors)),
  ];
}

function resultLines(result: TestResult, colors: Colors, verbose: boolean): readonly string[] {
  const { file, line, name, ok, note, details, failures } = result;
  const noted = note === null ? "" : colors.dim(` (${safeText(note)})`);
  if (ok && !verbose && note === null) return [];
  if (ok) {
    const more = details.map((text) => colors.dim(`  survives: ${safeText(text)}`));
    return [`${colors.green("ok  ")} ${safeText(name)}${noted}`, ...more];
  }
  return [
    `${colors.red("FAIL")} ${colors.bold(safeText(name))} ${colors.dim(safeText(`${file}:${line}`))}${noted}`,
    ...failures.flatMap((failure) => failureLines(failure, colors)),
  ];
}

/** For people: what fails with expected, got and where, and how many pass. */
export function testsText(run: TestRun, colors: Colors, verbose: boolean): string {
  const files = new Map<string, TestResult[]>();
  for (const result of run.results) files.set(result.file, [...(files.get(result.file) ?? []), result]);
  const lines = Array.from(files, ([file, results]) => {
    const failed = results.filter(({ ok }) => !ok).length;
    const count =
      failed === 0 ? plural(results.length, "test") : `${failed} of ${plural(results.length, "test")} failed`;
    const shown = results.flatMap((result) => resultLines(result, colors, verbose));
    return [`${colors.bold(safeText(file))}: ${count}`, ...shown.map((line) => `  ${line}`)].join("\n");
  });
  const { tests, passed, failed, left } = summaryOf(run);
  const rest = left === 0 ? "" : `, ${left} not run`;
  const counts = `${plural(tests, "test")}, ${passed} passed, ${failed} failed${rest}`;
  return inertLines(`${lines.join("\n")}\n\n${failed === 0 ? colors.green(counts) : colors.red(counts)}\n`);
}
