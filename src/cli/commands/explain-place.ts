import { createColors } from "picocolors";
import { rules } from "../../../rules/index.ts";
import { requireRules } from "../../config/load.ts";
import { explainPlace, placeAt } from "../../engine/explain-place.ts";
import { lint } from "../../engine/lint.ts";
import { prepareFiles } from "../../load/load.ts";
import { UsageError } from "../../model/errors.ts";
import { jsonExplanation, prettyExplanation } from "../../report/explain-place.ts";
import type { Io } from "../io.ts";
import { aboveAll, inputOf } from "../lint-project.ts";
import { lintArguments } from "../lint-arguments.ts";
import { wantsColor } from "../output.ts";
import { type ParsedLine, single } from "../parse.ts";
import { type Project, readProject } from "../project.ts";
import { sayCrashes } from "./lint.ts";

/** `FILE:LINE` or `FILE:LINE:COLUMN`, as reports print places. */
export interface AskedPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number | null;
}

/** Null for what is no place: the id of a rule. @throws UsageError for line or column 0 */
export function askedPlace(text: string): AskedPlace | null {
  const match = /^(.+?):(\d{1,9})(?::(\d{1,9}))?$/.exec(text);
  if (!match) return null;
  const [, path = "", line, column] = match;
  if (Number(line) === 0 || (column !== undefined && Number(column) === 0))
    throw new UsageError(`lines and columns count from 1: ${text}`);
  return { path, line: Number(line), column: column === undefined ? null : Number(column) };
}

/** Why the rules have nothing to say about a file. */
function whyInNoSet(project: Project, path: string): UsageError {
  const named = project.config.sets.map(({ name, path }) => name ?? path);
  const where =
    named.length === 0 ? "" : `; those of ${project.config.file ?? "the config"} are ${named.join(", ")}`;
  return new UsageError(`${path} is in no set, so no rule looks at it${where}`);
}

/** `meshlint explain FILE:LINE`: which rules looked there, and what each found. */
export async function runExplainPlace(line: ParsedLine, io: Io, asked: AskedPlace): Promise<number> {
  const { options, config, color, verbose } = lintArguments({
    ...line,
    flags: line.flags.filter(({ name }) => name !== "format"),
  });
  const project = await readProject(io, [asked.path], { config, packages: true, sets: options.sets });
  const [shown = asked.path] = project.shownPaths;
  if (project.named.length === 0)
    throw new UsageError(`${asked.path} is a folder; explain takes a file and a line of it: FILE:LINE`);
  requireRules(
    project.patterns,
    rules.map((rule) => rule.id),
  );
  prepareFiles([...project.files, ...project.contextFiles.flatMap(({ files }) => files)]);
  const input = inputOf(project, options, rules, new Date());
  // One rule is enough to learn which sets hold the file.
  const probe = lint({ ...input, options: { ...input.options, rules: ["yaml/unreadable"] } });
  const file = project.files.find(({ path }) => path === shown);
  const state = probe.files.find(({ path }) => path === shown || shown.startsWith(`${path}/`));
  if (!file || state?.state === "skipped")
    throw new UsageError(`${asked.path} holds no manifests that are linted: ${state?.reason ?? "not read"}`);
  const place = placeAt(file, asked.line, asked.column);
  const sets = probe.sets.map(({ name }) => name);
  if (sets.length === 0) throw whyInNoSet(project, asked.path);
  const report = lint({
    ...input,
    options: { ...input.options, sets, shownPaths: aboveAll(project.files) },
  });
  const explanation = explainPlace(place, report, rules);
  if (single(line, "format") === "json") io.stdout.write(jsonExplanation(explanation));
  else {
    const colors = createColors(wantsColor(io, color));
    io.stdout.write(prettyExplanation(explanation, { colors, verbose }));
  }
  sayCrashes(io, report.crashes, verbose);
  return report.crashes.length > 0 ? 3 : 0;
}
