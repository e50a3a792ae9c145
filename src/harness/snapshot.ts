import { folderOf } from "../load/sets/paths.ts";
import { json } from "../report/json.ts";
import { hideKeyMaterial } from "../report/safe-text.ts";
import type { Platform } from "./platform.ts";
import type { Checked } from "./result.ts";
import type { SnapshotTest } from "./test-file.ts";

/** Golden files, by their path relative to the working directory. */
export interface Goldens {
  /** The text; null if there is no such file. */
  read(path: string): string | null;
  /** Null: they are compared, not written. */
  readonly write: ((path: string, text: string) => void) | null;
  /** A path as seen from a folder; both relative to the working directory. */
  seenFrom(folder: string, path: string): string;
  /** Line by line with ` `, `-` and `+`. */
  diff(before: string, after: string): readonly string[];
}

/** Keys under which a report has paths of files. */
const pathKeys = new Set(["file", "path"]);

/** What a report in JSON has that is arranged anew here. */
interface ReportJson {
  readonly version: number;
  readonly findings: readonly unknown[];
  readonly summary: unknown;
  readonly files: readonly unknown[];
  readonly sets: readonly {
    readonly verdicts: readonly { readonly rule: string; readonly verdict: string }[];
  }[];
}

/**
 * The report as a golden file keeps it: that of `--format json`, findings first, with paths as seen from the test
 * file, so that it is the same wherever the tests are run. Of rules that pass there is nothing but that they do, and
 * of those that do not apply nothing: both would change with each object and rule that is added.
 */
export function snapshotText(platform: Platform, seen: (path: string) => string): string {
  const report = platform.report();
  const paths = new Set([
    ...platform.input.files.map(({ path }) => path),
    ...report.files.map(({ path }) => path),
    ...report.sets.map(({ path }) => path),
  ]);
  const { version, findings, summary, files, sets }: ReportJson = JSON.parse(
    json(report),
    (key, value: unknown) =>
      typeof value === "string" && pathKeys.has(key) && paths.has(value) ? seen(value) : value,
  );
  const shown = sets.map((set) => ({
    ...set,
    verdicts: set.verdicts
      .filter(({ verdict }) => verdict !== "not-applicable")
      .map((said) => (said.verdict === "pass" ? { rule: said.rule, verdict: said.verdict } : said)),
  }));
  return `${JSON.stringify({ version, findings, summary, files, sets: shown }, null, 2)}\n`;
}

/** How many lines of a difference are shown. */
const mostLines = 40;

/** Whether the report is what a golden file says; with `goldens.write` it is written there. */
export function checkSnapshot(
  platform: Platform,
  { path, where }: SnapshotTest,
  file: string,
  goldens: Goldens,
): Checked {
  const now = snapshotText(platform, (other) => goldens.seenFrom(folderOf(file), other));
  const golden = goldens.read(path);
  if (golden === now) return { failures: [] };
  if (goldens.write !== null) {
    goldens.write(path, now);
    return { failures: [], note: golden === null ? `${path} written` : `${path} updated` };
  }
  const at = `${path}:1`;
  if (golden === null) {
    const got = "there is no such file; --update writes it";
    return { failures: [{ expected: `a snapshot in ${path}`, got, at: null, where }] };
  }
  const lines = goldens.diff(golden, now).map(hideKeyMaterial);
  const more = lines.length > mostLines ? [` … ${lines.length - mostLines} more lines`] : [];
  const diff = [...lines.slice(0, mostLines), ...more];
  const got = "another report; --update takes it over";
  return { failures: [{ expected: `the report of ${path}`, got, at, where, diff }] };
}
