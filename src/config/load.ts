import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { parseDocuments } from "../load/parse.ts";
import { emptyConfig, type Config } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import { type CheckedConfig, readConfigDocuments, type RulePattern, unknownRules } from "./check.ts";
import { extend } from "./extend.ts";

export const configNames = ["meshlint.yaml", "meshlint.yml"] as const;

/** The config that a run uses. */
export interface LoadedConfig {
  readonly config: Config;
  /** Folder of the config relative to the working directory, with `/`; `.` without a config. */
  readonly folder: string;
  /** Rule ids and globs that it names, for {@link requireRules}. */
  readonly patterns: readonly RulePattern[];
}

export interface LoadOptions {
  /** The working directory, absolute. */
  readonly cwd: string;
  /** `--config`, relative to the working directory; null: the nearest one upward. */
  readonly file: string | null;
  /** Whether `extends` may name a package; the Action forbids it on pull requests from forks. */
  readonly packages: boolean;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The nearest `meshlint.yaml` (or `.yml`) in a folder or above it, absolute; null if there is none. */
export function findConfig(folder: string): string | null {
  for (let here = resolve(folder); ; here = dirname(here)) {
    for (const name of configNames) if (isFile(join(here, name))) return join(here, name);
    if (here === dirname(here)) return null;
  }
}

function slashed(path: string): string {
  return path.split(sep).join("/") || ".";
}

/** @param reader what asks for the file, for the message: `cannot read config x.yaml` */
function readText(path: string, reader: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : code;
    throw new UsageError(`${reader}: ${why}`);
  }
}

/** The file that `extends` means: a path relative to the config, or a package's `meshlint.yaml`. */
function baseOf(wanted: string, from: string, where: string, packages: boolean): string {
  if (wanted.startsWith(".") || isAbsolute(wanted)) return resolve(dirname(from), wanted);
  const near = join(dirname(from), wanted);
  if (/\.ya?ml$/.test(wanted) && isFile(near)) return near;
  if (!packages)
    throw new UsageError(`${where}: extends ${JSON.stringify(wanted)}: packages are not allowed here`);
  for (let here = dirname(from); ; here = dirname(here)) {
    const found = join(here, "node_modules", wanted);
    for (const path of [found, ...configNames.map((name) => join(found, name))])
      if (isFile(path)) return path;
    if (here === dirname(here))
      throw new UsageError(
        `${where}: extends ${JSON.stringify(wanted)}: no such package is installed; paths begin with ./`,
      );
  }
}

/** A config file with all that it extends. */
function readChain(
  path: string,
  options: LoadOptions,
  open: readonly string[],
  reader: string | null = null,
): Omit<CheckedConfig, "extends"> {
  const show = (file: string) => slashed(relative(options.cwd, file));
  const shown = show(path);
  if (open.includes(path))
    throw new UsageError(`${[...open, path].map(show).join(" extends ")}: a config cannot extend itself`);
  const documents = parseDocuments({
    path: shown,
    text: readText(path, reader ?? `cannot read config ${shown}`),
  });
  const result = readConfigDocuments(documents, shown);
  if ("problems" in result) throw new UsageError(result.problems.join("\n"));
  const { config, patterns, extends: wanted } = result.checked;
  if (wanted === null) return { config, patterns };
  const file = baseOf(wanted.name, path, wanted.where, options.packages);
  const extending = `${wanted.where}: extends ${JSON.stringify(wanted.name)}: cannot read ${show(file)}`;
  const base = readChain(file, options, [...open, path], extending);
  const folder = slashed(relative(dirname(path), dirname(file)));
  return { config: extend(base.config, config, folder), patterns: [...base.patterns, ...patterns] };
}

/**
 * The config of a run: the one that the command line names, else the nearest `meshlint.yaml` upward from the working
 * directory, else none. Nothing in it is executed. Throws a {@link UsageError} with one line for every problem.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const path = options.file === null ? findConfig(options.cwd) : resolve(options.cwd, options.file);
  if (path === null) return { config: emptyConfig, folder: ".", patterns: [] };
  const folder = slashed(relative(options.cwd, dirname(path)));
  return { ...readChain(path, options, []), folder };
}

/**
 * Checks that every rule id and glob of a config names a rule. Call it once the rules that the config itself brings
 * (`policies`, `plugins`) are known. Throws a {@link UsageError} with one line for each that does not.
 */
export function requireRules(patterns: readonly RulePattern[], ids: readonly string[]): void {
  const unknown = unknownRules(patterns, ids);
  if (unknown.length > 0) throw new UsageError(unknown.join("\n"));
}
