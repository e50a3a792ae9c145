import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ruleMatches } from "../engine/settings.ts";
import { isBelow } from "../engine/shown.ts";
import { buildGraph } from "../graph/build.ts";
import { makeProfile, parseProfileOption } from "../graph/profile.ts";
import { listFiles } from "../load/files.ts";
import { loadFiles, prepareFiles } from "../load/load.ts";
import { discoverSets, type SetInput } from "../load/sets/discover.ts";
import { emptyConfig } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import type { ResourceSet } from "../model/set.ts";
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
  const sets = setsOf(
    project,
    {
      documents: loadFiles(files).documents,
      config: project.config,
      configFolder: project.configFolder,
      ...project.tree,
      contextDocuments: new Map(
        project.contextFiles.map((context) => [context.source, loadFiles(context.files).documents] as const),
      ),
      profile,
    },
    narrowed,
  );
  const touched = sets.filter((set) =>
    set.documents.some(({ file }) => isBelow(file.path, project.shownPaths)),
  );
  if (touched.every((set) => set.resources.length === 0)) {
    throw new UsageError(`no Kubernetes objects in ${placeName(io.cwd, paths)}`);
  }
  return chosen(touched, names).map((set) => ({ name: set.name, graph: buildGraph(set, makeProfile(set)) }));
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
