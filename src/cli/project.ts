import { accessSync, constants, existsSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { RulePattern } from "../config/check.ts";
import { loadConfig } from "../config/load.ts";
import type { ContextFiles, LintInput } from "../engine/lint-input.ts";
import { displayPath, type Listing, listFiles, readSources } from "../load/files.ts";
import type { Config, ConfigSet } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";
import type { FileState } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import { commandNames } from "./flags.ts";
import type { Io } from "./io.ts";

/** What standard input is called in reports. */
export const stdinPath = "<stdin>";

export interface Project {
  readonly config: Config;
  /** Folder of the config relative to the working directory. */
  readonly configFolder: string;
  /** Rule ids and globs that the config names; whoever knows the rules checks them. */
  readonly patterns: readonly RulePattern[];
  /** As in the engine's input: where the tree and the config begin, seen from the working directory and back. */
  readonly tree: Pick<LintInput, "root" | "belowRoot" | "belowConfig">;
  readonly files: readonly SourceFile[];
  readonly fileStates: readonly FileState[];
  readonly shownPaths: readonly string[];
  readonly named: readonly string[];
  readonly contextFiles: readonly ContextFiles[];
  /** Absolute folders that were listed; none for standard input. */
  readonly roots: readonly string[];
  /** Absolute folders of the paths of the command line. */
  readonly places: readonly string[];
}

export interface ProjectOptions {
  /** The config file; null: the nearest one upward from the working directory. */
  readonly config: string | null;
  /** Whether the config may extend packages. */
  readonly packages: boolean;
  /** `--set`: which set of the config standard input is. */
  readonly sets: readonly string[];
}

interface Target {
  readonly absolute: string;
  readonly shown: string;
  readonly stats: Stats;
}

function missingPath(path: string): UsageError {
  const command = nearest(path, commandNames);
  const hint =
    command === path
      ? `; a command comes first: meshlint ${path} …`
      : command === null
        ? ""
        : `; did you mean the command "${command}"?`;
  return new UsageError(`no such file or folder: ${path}${hint}`);
}

function targetOf(cwd: string, path: string): Target {
  const absolute = resolve(cwd, path);
  try {
    const stats = statSync(absolute, { throwIfNoEntry: false });
    if (stats) {
      accessSync(absolute, constants.R_OK);
      return { absolute, shown: displayPath(cwd, absolute), stats };
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EACCES" || code === "EPERM")
      throw new UsageError(`may not be read: ${path} (no permission)`);
  }
  throw missingPath(path);
}

/** Whether a path is a folder, or lies below it; both absolute. */
export function isInside(absolute: string, folder: string): boolean {
  const way = relative(folder, absolute);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}

/** The nearest folder upward that is a git work tree; null if there is none. */
export function gitRoot(folder: string): string | null {
  for (let here = folder; ; here = dirname(here)) {
    if (existsSync(join(here, ".git"))) return here;
    if (dirname(here) === here) return null;
  }
}

const placeOf = ({ absolute, stats }: Target): string => (stats.isDirectory() ? absolute : dirname(absolute));

/** Where the sets that contain a path are looked for: the config's folder, else the repository, else the path. */
function rootOf(target: Target, configFolder: string | null): string {
  const { absolute } = target;
  if (configFolder !== null && isInside(absolute, configFolder)) return configFolder;
  return gitRoot(placeOf(target)) ?? absolute;
}

/** Folders without those that lie in another one. */
export function outermost(roots: readonly string[]): readonly string[] {
  const all = [...new Set(roots)].sort();
  return all.filter((root) => !all.some((other) => other !== root && isInside(root, other)));
}

/** The way from a folder down to the working directory; undefined if it does not lead there. */
function below(folder: string, cwd: string): string | undefined {
  return isInside(cwd, folder) ? displayPath(folder, cwd) : undefined;
}

/** Several roots have no folder in common but the working directory. */
function treeOf(roots: readonly string[], configFolder: string | null, cwd: string): Project["tree"] {
  const [only] = roots;
  const belowConfig = configFolder === null ? undefined : below(configFolder, cwd);
  const belowRoot = only === undefined || roots.length > 1 ? undefined : below(only, cwd);
  return {
    ...(only !== undefined && roots.length === 1 && { root: displayPath(cwd, only) }),
    ...(belowRoot !== undefined && { belowRoot }),
    ...(belowConfig !== undefined && { belowConfig }),
  };
}

/** The manifests below some folders; a root that is a file holds itself. */
function listRoots(roots: readonly string[], cwd: string, config: Config, folder: string | null): Listing {
  const options = { workingDirectory: cwd, ignore: config.ignore, ignoreFrom: folder ?? cwd };
  const paths: string[] = [];
  const states: FileState[] = [];
  for (const root of roots) {
    if (!statSync(root).isDirectory()) continue;
    try {
      const found = listFiles(root, options);
      paths.push(...found.paths);
      states.push(...found.states);
    } catch {
      throw new UsageError(`may not be read: ${displayPath(cwd, root)}`);
    }
  }
  return { paths, states };
}

async function readStdin(io: Io): Promise<SourceFile> {
  const chunks: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for await (const chunk of io.stdin ?? []) {
    chunks.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  }
  // TextDecoder drops a byte order mark, as the readers of files do.
  return { path: stdinPath, text: new TextDecoder().decode(Buffer.concat(chunks)) };
}

/** The files of a context: of a snapshot, or those that a pattern of the config stands for. */
async function contextFilesOf(config: Config, folder: string, cwd: string): Promise<readonly ContextFiles[]> {
  const found = new Map<string, ContextFiles>();
  for (const { source, where } of config.sets.flatMap((set) => set.context)) {
    if (source.type === "fact") continue;
    const name = source.type === "path" ? source.pattern : source.file;
    if (found.has(name)) continue;
    const exact = statSync(resolve(folder, name), { throwIfNoEntry: false });
    const pattern = exact?.isDirectory() ? `${name.replace(/\/$/, "")}/**/*.{yaml,yml,json}` : name;
    // Loaded only here: it costs every start some milliseconds.
    const paths = exact?.isFile()
      ? [resolve(folder, name)]
      : (await import("fast-glob")).default.sync(pattern, {
          cwd: folder,
          absolute: true,
          dot: false,
          followSymbolicLinks: false,
        });
    if (paths.length === 0) {
      throw new UsageError(
        `${where ?? config.file ?? "config"}: context ${JSON.stringify(name)} stands for no file`,
      );
    }
    const shown = paths.map((path) => displayPath(cwd, path)).sort();
    const { files } = readSources(shown, cwd);
    found.set(name, { source: name, files });
  }
  return [...found.values()];
}

/**
 * The set that standard input is: the one of the config that --set names, or its only one, so that namespace,
 * context and owned layers count for what a renderer pipes in; else one without settings.
 */
function pipedSets(sets: readonly ConfigSet[], names: readonly string[]): readonly ConfigSet[] {
  const chosen = names.length === 0 ? sets : sets.filter(({ name }) => name !== null && names.includes(name));
  return chosen.length === 1 ? chosen.map((set) => ({ ...set, path: stdinPath })) : [];
}

/**
 * Finds and reads what belongs to the paths of the command line: config, roots, manifests and context.
 *
 * @throws UsageError for a path that does not exist or may not be read, and for a broken config
 */
export async function readProject(
  io: Io,
  paths: readonly string[],
  options: ProjectOptions,
): Promise<Project> {
  const { cwd } = io;
  const { packages } = options;
  const { config, folder: configFolder, patterns } = loadConfig({ cwd, file: options.config, packages });
  const folder = config.file === null ? null : resolve(cwd, configFolder);
  const common = {
    config,
    configFolder,
    patterns,
    contextFiles: folder === null ? [] : await contextFilesOf(config, folder, cwd),
  };
  if (paths.includes("-")) {
    if (paths.length > 1) throw new UsageError("- (standard input) is a set of its own: give no other path");
    const file = await readStdin(io);
    return {
      ...common,
      config: { ...config, sets: pipedSets(config.sets, options.sets) },
      configFolder: ".",
      tree: {},
      files: [file],
      fileStates: [],
      shownPaths: [stdinPath],
      named: [stdinPath],
      roots: [],
      places: [],
    };
  }

  const targets = (paths.length === 0 ? ["."] : paths).map((path) => targetOf(cwd, path));
  const named = targets.filter(({ stats }) => !stats.isDirectory()).map((target) => target.shown);
  const roots = outermost(targets.map((target) => rootOf(target, folder)));
  const listed = listRoots(roots, cwd, config, folder);
  const read = readSources([...new Set([...listed.paths, ...named])].sort(), cwd);
  return {
    ...common,
    tree: treeOf(roots, folder, cwd),
    files: read.files,
    fileStates: [...listed.states, ...read.states],
    shownPaths: targets.map((target) => target.shown),
    named,
    roots,
    places: targets.map(placeOf),
  };
}

/** What to call a path in a sentence: `this folder`, `deploy`. */
export function placeName(cwd: string, paths: readonly string[]): string {
  if (paths.length === 0) return `this folder (${basename(cwd)})`;
  return paths.map((path) => (path === "-" ? "standard input" : path)).join(", ");
}
