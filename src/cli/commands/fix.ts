import { createColors } from "picocolors";
import { rules } from "../../../rules/index.ts";
import { requireRules } from "../../config/load.ts";
import { lint } from "../../engine/lint.ts";
import { isBelow } from "../../engine/shown.ts";
import { type ChangedFile, fixAll, type FixInput } from "../../fix/fix-all.ts";
import { prepareFiles } from "../../load/load.ts";
import type { Baseline } from "../../model/baseline.ts";
import type { Report } from "../../model/report.ts";
import { lineStartsOf, type SourceFile } from "../../model/source.ts";
import { inertLines, safeBlock } from "../../report/safe-text.ts";
import { shownLine } from "../../report/secret-lines.ts";
import { exitCodeOf } from "../../report/summary.ts";
import { loadBaseline } from "../baseline.ts";
import { KeptInput, ProjectFiles, withMark, writeFixed } from "../fix-files.ts";
import { type FixReport, fixSummary, jsonFix, prettyFix, remainingOf } from "../fix-report.ts";
import type { Io } from "../io.ts";
import { type LintArguments, lintArguments } from "../lint-arguments.ts";
import { aboveAll, inputOf, manifestsOnly, requireObjects } from "../lint-project.ts";
import { wantsColor } from "../output.ts";
import { given, type ParsedLine, single } from "../parse.ts";
import { type Project, readProject } from "../project.ts";
import { say } from "../say.ts";
import { unifiedDiff } from "../unified-diff.ts";
import { sayCrashes } from "./lint.ts";

type Lint = FixInput["shown"];

/** The same files are linted once. */
function once(run: Lint): Lint {
  const known = new WeakMap<readonly SourceFile[], Report>();
  return (files) => {
    const report = known.get(files) ?? run(files);
    known.set(files, report);
    return report;
  };
}

/** How the project is linted: as the user asked, and as a whole with every rule and without a baseline. */
function lintersOf(
  project: Project,
  options: LintArguments["options"],
  baseline: Baseline | null,
): Pick<FixInput, "shown" | "everything"> {
  const input = inputOf(project, options, rules, new Date());
  const shown = once((files) => lint({ ...input, files, baseline }));
  const isWhole =
    baseline === null &&
    options.rules.length === 0 &&
    options.sets.length === 0 &&
    project.files.every((file) => isBelow(file.path, project.shownPaths));
  if (isWhole) return { shown, everything: shown };
  const all = { ...input.options, rules: [], sets: [], shownPaths: aboveAll(project.files) };
  return { shown, everything: once((files) => lint({ ...input, files, options: all })) };
}

/** Whether a text holds lines that no report shows: data of Secrets, keys. */
function holdsHidden(path: string, text: string, diff: string): boolean {
  const file = { path, text };
  const lines = new Set(
    diff.split(/\r?\n|\r/).flatMap((line) => (/^[ +-]/.test(line) ? [line.slice(1)] : [])),
  );
  return lineStartsOf(file).some((start, index) => {
    const line = file.text.slice(start).match(/^[^\r\n]*/)?.[0] ?? "";
    return lines.has(line) && shownLine(file, index + 1, null) !== line;
  });
}

async function diffOf(io: Io, changes: readonly ChangedFile[]): Promise<string> {
  let whole = "";
  for (const { path, before, after } of changes) {
    const diff = await unifiedDiff(path, before, after);
    if (holdsHidden(path, before, diff) || holdsHidden(path, after, diff))
      say(io, `meshlint: the changes of ${path} are not shown: Secret data stands beside them`);
    else whole += diff;
  }
  const outside = changes.find(({ path }) => path.startsWith("../"));
  if (outside) say(io, `meshlint: ${outside.path} lies above this folder, and git apply takes no such patch`);
  return whole;
}

/**
 * Text of the user's files on standard output, byte for byte. Only where it would be obeyed, on a terminal or in the
 * log of a GitHub runner, it is made harmless first.
 */
function writeExact(io: Io, text: string): void {
  if (io.stdout.isTTY === true) io.stdout.write(safeBlock(text));
  else if (io.env.GITHUB_ACTIONS === "true") io.stdout.write(inertLines(text));
  else io.stdout.write(text);
}

/** `meshlint fix`: applies what may be applied, and says what is left; the exit code is that of `lint` afterwards. */
export async function runFix(line: ParsedLine, io: Io): Promise<number> {
  const json = single(line, "format") === "json";
  const dryRun = given(line, "dry-run");
  const options = lintArguments({ ...line, flags: line.flags.filter(({ name }) => name !== "format") });
  const { paths, quiet, verbose } = options;
  const piped = paths.includes("-");
  const input = new KeptInput();
  const baseline = options.baseline && loadBaseline(io.cwd, options.baseline);
  const found = await readProject({ ...io, ...(io.stdin && { stdin: input.kept(io.stdin) }) }, paths, {
    config: options.config,
    packages: true,
    sets: options.options.sets,
  });
  const project = manifestsOnly(found, baseline);
  requireRules(
    project.patterns,
    rules.map((rule) => rule.id),
  );
  const [stdin] = piped ? project.files : [];
  const mark = stdin ? input.mark(stdin) : "";
  prepareFiles([...project.files, ...project.contextFiles.flatMap(({ files }) => files)]);
  const linters = lintersOf(project, options.options, baseline);
  requireObjects(io, options, { project, report: linters.shown(project.files) });

  const files = new ProjectFiles(io.cwd, project);
  const { locked, fileOf } = files;
  const review = given(line, "review");
  const outcome = fixAll({ files: project.files, review, ...linters, locked, fileOf });
  const report: FixReport = { outcome, remaining: remainingOf(outcome), dryRun };

  const onDisk = outcome.changed.map((change) =>
    piped
      ? { ...change, before: mark + change.before, after: mark + change.after }
      : withMark(io.cwd, change),
  );
  if (!dryRun && !piped) writeFixed(io.cwd, outcome.changed, files);
  const diff = dryRun ? await diffOf(io, onDisk) : null;
  const text = stdin && !dryRun ? (onDisk[0]?.after ?? mark + stdin.text) : null;

  if (json) io.stdout.write(jsonFix(report, diff, text));
  else {
    // Where standard output carries the patch or the text, people read the rest on standard error.
    const taken = diff ?? text;
    const output = taken === null ? io.stdout : io.stderr;
    if (taken !== null) writeExact(io, taken);
    const colors = createColors(taken === null && wantsColor(io, options.color));
    output.write(prettyFix(report, { colors, quiet, verbose }));
  }
  sayCrashes(io, outcome.report.crashes, verbose);
  if (json && !quiet) say(io, fixSummary(report));
  return exitCodeOf(outcome.report, options.failOn);
}
