import { readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { readBaseline } from "../config/baseline.ts";
import { updateBaseline } from "../engine/update-baseline.ts";
import { displayPath } from "../load/files.ts";
import type { Baseline } from "../model/baseline.ts";
import { UsageError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import { baselineText } from "../report/baseline.ts";
import { plural } from "../report/summary.ts";
import type { Io } from "./io.ts";
import { writeWhole } from "./output.ts";
import { given, type ParsedLine, single } from "./parse.ts";
import { say } from "./say.ts";

/** `--baseline` and `--update-baseline`. */
export interface BaselineArguments {
  readonly file: string;
  readonly update: boolean;
}

/** Null: no baseline. @throws UsageError for `--update-baseline` without a file */
export function baselineArguments(line: ParsedLine): BaselineArguments | null {
  const file = single(line, "baseline");
  const update = given(line, "update-baseline");
  if (file === null && update)
    throw new UsageError("--update-baseline writes the file of --baseline FILE, which is not given");
  return file === null ? null : { file, update };
}

/** Null: it is yet to be written. */
function textOf(absolute: string, { file, update }: BaselineArguments): string | null {
  try {
    return readFileSync(absolute, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT" && update) return null;
    const why =
      code === "ENOENT"
        ? "there is no such file; --update-baseline writes it"
        : code === "EISDIR"
          ? "it is a folder"
          : code;
    throw new UsageError(`cannot read baseline ${file}: ${why}`);
  }
}

/**
 * The baseline that is asked for; one without entries where it is yet to be written. Its paths lead from its own folder,
 * so that it reads the same from every working directory.
 *
 * @param staged what is staged, where that is linted: its own version of the baseline counts
 * @throws UsageError if it cannot be read, or is no baseline
 */
export function loadBaseline(
  cwd: string,
  wanted: BaselineArguments,
  staged: readonly SourceFile[] = [],
): Baseline {
  const absolute = resolve(cwd, wanted.file);
  const path = displayPath(cwd, absolute);
  const text = staged.find((file) => file.path === path)?.text ?? textOf(absolute, wanted);
  if (text === null) return { path, schema: null, entries: [] };
  return readBaseline({ path, text }, (name) => displayPath(cwd, resolve(dirname(absolute), name)));
}

/**
 * Writes what a run makes of its baseline, as a whole or not at all, and not where it says so already.
 *
 * @returns the report as it is with the new baseline
 */
export function saveBaseline(
  io: Io,
  { file, schema }: { readonly file: string; readonly schema: string | null },
  report: Report,
  quiet: boolean,
): Report {
  const absolute = resolve(io.cwd, file);
  const update = updateBaseline(report);
  const known = update.known.map((entry) => ({
    ...entry,
    file: relative(dirname(absolute), resolve(io.cwd, entry.file)).split(sep).join("/"),
  }));
  const text = baselineText(known, schema);
  if (textOf(absolute, { file, update: true }) !== text) writeWhole(io.cwd, file, text);
  const total = known.reduce((sum, { count }) => sum + count, 0);
  if (!quiet)
    say(
      io,
      `meshlint: ${plural(total, "known finding is", "known findings are")} in ${file} ` +
        `(${update.added} added, ${update.removed} removed)`,
    );
  return update.report;
}
