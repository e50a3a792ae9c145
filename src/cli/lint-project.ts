import { rulesFor } from "../../rules/load.ts";
import { nodeCertificates } from "../certificates/node-reader.ts";
import { requireRules } from "../config/load.ts";
import { lint } from "../engine/lint.ts";
import type { LintInput, LintOptions } from "../engine/lint-input.ts";
import { loadFiles, prepareFiles } from "../load/load.ts";
import { toResources } from "../load/resources.ts";
import type { Baseline } from "../model/baseline.ts";
import { UsageError } from "../model/errors.ts";
import type { FileState, Report } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import { tally } from "../report/summary.ts";
import { loadValidators } from "../schema/validate.ts";
import type { Rule } from "../rule/define.ts";
import { type BaselineArguments, loadBaseline } from "./baseline.ts";
import { compared } from "./compare.ts";
import type { Io } from "./io.ts";
import type { RevisionFiles } from "./revision-files.ts";
import { placeName, type Project, readProject } from "./project.ts";
import { say } from "./say.ts";

/** What the command line, the library and the Action ask for. */
export interface LintRequest {
  readonly paths: readonly string[];
  /** The config file; null: the nearest one upward from the working directory. */
  readonly config: string | null;
  /** Whether the config may extend packages. */
  readonly packages: boolean;
  readonly options: Omit<LintOptions, "shownPaths" | "named">;
  /** Rules beside those of the catalogue. */
  readonly extraRules: readonly Rule[];
  /** What is put around each rule, to measure it. */
  readonly around?: (rule: Rule) => Rule;
  readonly comparison?: LintComparison | null;
  /** The findings that are known. */
  readonly baseline?: BaselineArguments | null;
  /** The cluster's objects, as the text of a snapshot: rules that need a cluster run beside them. */
  readonly live?: SourceFile | null;
}

/** Which change a report is about. */
export interface LintComparison {
  /** `--base`; null: none is named. */
  readonly base: string | null;
  /** Report only what the change causes. */
  readonly changed: boolean;
  /** What is staged, not the work tree. */
  readonly staged: boolean;
}

export interface LintedProject {
  readonly project: Project;
  readonly baseline: Baseline | null;
  readonly report: Report;
  /** What people have to know about the comparison. */
  readonly notices: readonly string[];
  /** The base of what is reported, `origin/main (1a2b3c4)`; null where everything is. */
  readonly since: string | null;
}

interface Comparison extends Pick<LintedProject, "project" | "notices" | "since"> {
  readonly input: Pick<LintInput, "base" | "onlyCaused">;
}

/** What `--base`, `--changed` and `--staged` bring into the run. */
async function comparisonOf(io: Io, read: Project, asked: LintComparison): Promise<Comparison> {
  const { base: revision, changed, staged } = asked;
  const option = staged ? "--staged" : revision === null ? "--changed" : "--base";
  const { project, base, name, missing } = await compared(io, read, { option, base: revision, staged });
  if (base === null) {
    return { project, input: {}, notices: [`${missing ?? name}: everything is linted`], since: null };
  }
  const onlyCaused = changed || staged;
  return { project, input: { base, onlyCaused }, notices: [], since: onlyCaused ? name : null };
}

/** Folders that hold all files, however far above the working directory. */
export function aboveAll(files: readonly SourceFile[]): readonly string[] {
  const heights = files.map(({ path }) => path.split("/").filter((step) => step === "..").length);
  const most = heights.reduce((a, b) => Math.max(a, b), 0);
  return most === 0 ? ["."] : [Array.from({ length: most }, () => "..").join("/")];
}

/** Files without the baseline: it is no manifest, though it may lie among them. */
export function manifestsOnly<T extends RevisionFiles>(tree: T, baseline: Baseline | null): T {
  if (baseline === null) return tree;
  const isOther = ({ path }: { readonly path: string }): boolean => path !== baseline.path;
  return { ...tree, files: tree.files.filter(isOther), fileStates: tree.fileStates.filter(isOther) };
}

/** A project as the engine takes it. */
export function inputOf(
  project: Project,
  options: LintRequest["options"],
  catalogue: readonly Rule[],
  now: Date,
): LintInput {
  const { files, fileStates, config, configFolder, contextFiles, tree, shownPaths, named } = project;
  return {
    files,
    fileStates,
    config,
    configFolder,
    contextFiles,
    ...tree,
    options: { ...options, shownPaths, named },
    catalogue,
    certificates: nodeCertificates,
    now,
  };
}

/** More files than an application has: there all rules are needed in any case, and schemas are used often. */
const manyFiles = 100;

/** The kinds of all objects in some files; null where all rules have to be at hand, whatever there is. */
function kindsIn({ config }: Project, files: readonly SourceFile[]): ReadonlySet<string> | null {
  // Options are checked against the rules that have them.
  const withOptions = config.rules.some(({ options }) => Object.keys(options).length > 0);
  if (withOptions || files.length > manyFiles) return null;
  const { documents } = loadFiles(files);
  return new Set(documents.flatMap((document) => toResources(document).map(({ kind }) => kind)));
}

/**
 * Finds, reads and lints what some paths stand for.
 *
 * @param lap is told when a step is over: `read`, `parse`, `lint`
 * @throws UsageError for wrong usage and a broken config
 */
export async function lintProject(
  io: Io,
  request: LintRequest,
  lap: (step: string) => void = () => {},
): Promise<LintedProject> {
  const { paths, options, comparison = null } = request;
  const found = await readProject(io, paths, {
    config: request.config,
    packages: request.packages,
    sets: options.sets,
  });
  const { input, notices, since, ...read }: Comparison = comparison
    ? await comparisonOf(io, found, comparison)
    : { project: found, input: {}, notices: [], since: null };
  const staged = comparison?.staged === true && request.baseline?.update !== true;
  const baseline = request.baseline
    ? loadBaseline(io.cwd, request.baseline, staged ? read.project.files : [])
    : null;
  const project = manifestsOnly(read.project, baseline);
  const base = input.base && manifestsOnly({ fileStates: [], ...input.base }, baseline);
  lap("read");
  const live = request.live ? [request.live] : [];
  const files = [
    ...project.files,
    ...live,
    ...(base?.files ?? []),
    ...project.contextFiles.flatMap((context) => context.files),
  ];
  prepareFiles(files);
  lap("parse");
  if (files.length > manyFiles) await loadValidators();
  const catalogue = [...(await rulesFor(kindsIn(project, files))), ...request.extraRules];
  requireRules(
    project.patterns,
    catalogue.map((rule) => rule.id),
  );
  const beside = { ...input, ...(base && { base }), baseline, ...(live.length > 0 && { live }) };
  const judged = request.around ? catalogue.map(request.around) : catalogue;
  const report = lint({ ...inputOf(project, options, judged, new Date()), ...beside });
  lap("lint");
  return { project, baseline, report, notices, since };
}

/** Says what was looked for and, if files were passed over, why. */
function nothingToLint(place: string, states: readonly FileState[]): UsageError {
  const reasons = tally(states.map((state) => state.reason));
  const passed = reasons.map(([reason, count]) => `${count} ${reason}`).join(", ");
  const helm = states.some((state) => /helm/i.test(state.reason));
  const hint = helm
    ? "; Helm templates are linted as they are rendered: helm template CHART | meshlint -"
    : states.length === 0
      ? ""
      : "; --verbose lists them";
  return new UsageError(
    `nothing to lint in ${place}: looked for Kubernetes objects in *.yaml, *.yml and *.json` +
      (states.length === 0 ? " and found no such file" : `; passed over ${passed}`) +
      hint,
  );
}

/**
 * Looks whether any object was judged. A commit hook names changed files, and values files or workflows among them
 * are no mistake while the repository has manifests; a folder without any is.
 *
 * @throws UsageError if there is nothing to lint
 */
export function requireObjects(
  io: Io,
  {
    paths,
    verbose,
    quiet,
  }: { readonly paths: readonly string[]; readonly verbose: boolean; readonly quiet: boolean },
  { project, report }: Pick<LintedProject, "project" | "report">,
): void {
  if (report.counts.resources > 0 || report.findings.length > 0 || report.crashes.length > 0) return;
  const place = placeName(io.cwd, paths);
  const onlyFiles = project.named.length === paths.length && paths.length > 0;
  if (onlyFiles && loadFiles(project.files).documents.some((document) => document.value !== null)) {
    if (!quiet) say(io, `meshlint: no Kubernetes objects in ${place}`);
    return;
  }
  if (verbose) for (const { path, state, reason } of report.files) say(io, `${path}: ${state}, ${reason}`);
  throw nothingToLint(place, report.files);
}
