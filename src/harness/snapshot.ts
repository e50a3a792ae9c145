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

/**
 * The report as a golden file keeps it: that of `--format json`, with paths as seen from the test file, so that it
 * is the same wherever the tests are run. What does not apply to these manifests is left out: it would change with
 * each rule that is added.
 */
export function snapshotText(platform: Platform, seen: (path: string) => string): string {
  const report = platform.report();
  const files = new Set([
    ...platform.input.files.map(({ path }) => path),
    ...report.files.map(({ path }) => path),
    ...report.sets.map(({ path }) => path),
  ]);
  const applying = {
    ...report,
    sets: report.sets.map((set) => ({
      ...set,
      verdicts: set.verdicts.filter(({ verdict }) => verdict !== "not-applicable"),
    })),
  };
  const rebased: unknown = JSON.parse(json(applying), (key, value: unknown) =>
    typeof value === "string" && pathKeys.has(key) && files.has(value) ? seen(value) : value,
  );
  return `${JSON.stringify(rebased, null, 2)}\n`;
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
