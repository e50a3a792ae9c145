import { joinPath } from "../load/sets/paths.ts";
import type { Config, ConfigContext, ConfigSet } from "../model/config.ts";

/** Patterns that fit anywhere stay as they are; others start in the folder that they were written for. */
function moved(folder: string, path: string): string {
  return path.startsWith("**/") || folder === "." ? path : joinPath(folder, path);
}

function movedContext(folder: string, context: ConfigContext): ConfigContext {
  const { source } = context;
  if (source.type === "path")
    return { ...context, source: { ...source, pattern: moved(folder, source.pattern) } };
  if (source.type === "snapshot")
    return { ...context, source: { ...source, file: moved(folder, source.file) } };
  return context;
}

/** A plugin or schema that is no path names a package, which is found from anywhere. */
function movedFile(folder: string, file: string): string {
  const moves = folder !== "." && (file.startsWith(".") || file.includes("/")) && !file.startsWith("@");
  const path = moves ? joinPath(folder, file) : file;
  return moves && file.startsWith("./") && !path.startsWith(".") && !path.startsWith("/")
    ? `./${path}`
    : path;
}

/** A config as it reads in another folder, from which `folder` leads to its own. */
function rebase(config: Config, folder: string): Config {
  return {
    ...config,
    ignore: config.ignore.map((pattern) => moved(folder, pattern)),
    sets: config.sets.map((set) => ({
      ...set,
      path: moved(folder, set.path),
      values: set.values.map((file) => moved(folder, file)),
      context: set.context.map((context) => movedContext(folder, context)),
    })),
    suppress: config.suppress.map((entry) => ({
      ...entry,
      path: entry.path === null ? null : moved(folder, entry.path),
    })),
    schemas: config.schemas.map((file) => movedFile(folder, file)),
    policies: config.policies.map((file) => moved(folder, file)),
    plugins: config.plugins.map((file) => movedFile(folder, file)),
  };
}

function named<T extends { readonly name: string | null }>(
  base: readonly T[],
  own: readonly T[],
): readonly T[] {
  const replaced = new Set(own.map((entry) => entry.name));
  return [...base.filter((entry) => entry.name === null || !replaced.has(entry.name)), ...own];
}

/**
 * A config on top of the one that it extends: values of its profile, and sets and tenants of the same name, win;
 * all other lists are added to those of the base. `folder` leads from the config's folder to that of the base.
 */
export function extend(base: Config, own: Config, folder: string): Config {
  const from = rebase(base, folder);
  return {
    file: own.file,
    profile: { ...from.profile, ...own.profile },
    ignore: [...from.ignore, ...own.ignore],
    sets: named<ConfigSet>(from.sets, own.sets),
    tenants: named(from.tenants, own.tenants),
    rules: [...from.rules, ...own.rules],
    suppress: [...from.suppress, ...own.suppress],
    schemas: [...from.schemas, ...own.schemas],
    policies: [...from.policies, ...own.policies],
    plugins: [...from.plugins, ...own.plugins],
  };
}
