import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ruleMatches } from "../engine/settings.ts";
import { isBelow } from "../engine/shown.ts";
import { buildGraph } from "../graph/build.ts";
import { makeProfile, parseProfileOption } from "../graph/profile.ts";
import { displayPath, listFiles } from "../load/files.ts";
import { loadFiles, prepareFiles } from "../load/load.ts";
import { discoverSets, type SetInput } from "../load/sets/discover.ts";
import { emptyConfig } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import type { ResourceSet } from "../model/set.ts";
import { compared } from "./compare.ts";
import type { Io } from "./io.ts";
import { type ParsedLine, single, values } from "./parse.ts";
import { placeName, type Project, readProject } from "./project.ts";

/** A set that questions are asked in. */
export interface AskedSet {
  readonly name: string;
  readonly graph: Graph;
}

/**
 * The sets of some files. Where only some paths count, sets of the config that these leave empty do not, and
 * without any of them the files are looked at by themselves.
 */
function setsOf(project: Project, input: SetInput, narrowed: boolean): readonly ResourceSet[] {
  if (!narrowed || project.config.sets.length === 0) return discoverSets(input);
  const configured = discoverSets({ ...input, mayLack: true });
  if (configured.some((set) => set.documents.length > 0)) return configured;
  return discoverSets({ ...input, config: { ...emptyConfig, tenants: project.config.tenants } });
}

/** The files of folders, those included that the config ignores for linting: whoever names a folder means it. */
function filesBelow(io: Io, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const absolute = resolve(io.cwd, path);
    if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
    const found = listFiles(absolute, { workingDirectory: io.cwd, ignore: [], ignoreFrom: io.cwd }).paths;
    return found.length === 0 ? [path] : found;
  });
}

function chosen(sets: readonly ResourceSet[], names: readonly string[]): readonly ResourceSet[] {
  const found =
    names.length === 0 ? sets : sets.filter((set) => names.some((name) => ruleMatches(name, set.name)));
  if (found.length > 0 || names.length === 0) return found;
  throw new UsageError(
    `--set: there is no set ${names.join(", ")}; there are ${sets.map(({ name }) => name).join(", ")}`,
  );
}

/** What is asked on the command line. */
interface Question {
  readonly project: Project;
  readonly input: Omit<SetInput, "documents">;
  readonly sets: readonly ResourceSet[];
}

const graphOf = (set: ResourceSet): Graph => buildGraph(set, makeProfile(set));

async function question(
  io: Io,
  line: ParsedLine,
  paths: readonly string[],
  narrowed: boolean,
): Promise<Question> {
  const names = values(line, "set");
  const named = narrowed && !paths.includes("-") ? filesBelow(io, paths) : paths;
  const project = await readProject(io, named, {
    config: single(line, "config"),
    packages: true,
    sets: names,
  });
  const files = narrowed
    ? project.files.filter((file) => isBelow(file.path, project.shownPaths))
    : project.files;
  await prepareFiles([...files, ...project.contextFiles.flatMap((context) => context.files)]);
  const profile = values(line, "profile")
    .map(parseProfileOption)
    .reduce((all, more) => ({ ...all, ...more }), {});
  const input = {
    config: project.config,
    configFolder: project.configFolder,
    ...project.tree,
    contextDocuments: new Map(
      project.contextFiles.map((context) => [context.source, loadFiles(context.files).documents] as const),
    ),
    profile,
  };
  const sets = setsOf(project, { ...input, documents: loadFiles(files).documents }, narrowed);
  const touched = sets.filter((set) =>
    set.documents.some(({ file }) => isBelow(file.path, project.shownPaths)),
  );
  if (touched.every((set) => set.resources.length === 0)) {
    throw new UsageError(`no Kubernetes objects in ${placeName(io.cwd, paths)}`);
  }
  return { project, input, sets: chosen(touched, names) };
}

/**
 * The sets that a question is about.
 *
 * @param narrowed take the files of the paths only, not all of the sets that they belong to
 * @throws UsageError if there is nothing to ask about
 */
export async function askedSets(
  io: Io,
  line: ParsedLine,
  paths: readonly string[],
  narrowed: boolean,
): Promise<readonly AskedSet[]> {
  const { sets } = await question(io, line, paths, narrowed);
  return sets.map((set) => ({ name: set.name, graph: graphOf(set) }));
}

/** A set before and after a change. */
export interface AskedChange {
  readonly after: AskedSet;
  /** Null: the base is not there, `missing` says why. Without objects where the set is new. */
  readonly before: Graph | null;
  /** What it is compared with: `main (1a2b3c4)`. */
  readonly base: string;
  readonly missing: string | null;
}

/**
 * The one set that a question is about, now and at the merge base with a revision.
 *
 * @throws UsageError if there is nothing to ask about, several sets, or no such revision
 */
export async function askedChange(
  io: Io,
  line: ParsedLine,
  paths: readonly string[],
  narrowed: boolean,
  revision: string,
): Promise<AskedChange> {
  const { project, input, sets } = await question(io, line, paths, narrowed);
  const after = onlySet(sets.map((set) => ({ name: set.name, graph: graphOf(set) })));
  // Whoever names a folder means all of it, also what is no longer there.
  const whole = narrowed ? { ...project, config: { ...project.config, ignore: [] } } : project;
  const { base, name, missing } = await compared(io, whole, {
    option: "--diff",
    base: revision,
    staged: false,
  });
  if (base === null) return { after, before: null, base: name, missing };
  const asked = paths.map((path) => displayPath(io.cwd, resolve(io.cwd, path)));
  const files = narrowed ? base.files.filter((file) => isBelow(file.path, asked)) : base.files;
  await prepareFiles(files);
  const { documents } = loadFiles(files);
  const then = setsOf(project, { ...input, documents, mayLack: true }, narrowed);
  // A set that is alone on both sides may have got another name.
  const same =
    then.find((set) => set.name === after.name) ?? (sets.length === 1 && then.length === 1 ? then[0] : null);
  const before = same ?? { ...after.graph.set, documents: [], resources: [] };
  return { after, before: graphOf(before), base: name, missing };
}

/** The only set, where a question can be asked in one. */
export function onlySet(sets: readonly AskedSet[]): AskedSet {
  const [first, second] = sets;
  if (!first) throw new UsageError("there is no set to ask in");
  if (second) throw severalSets(sets);
  return first;
}

export function severalSets(sets: readonly AskedSet[]): UsageError {
  return new UsageError(`which set? --set one of: ${sets.map(({ name }) => name).join(", ")}`);
}
