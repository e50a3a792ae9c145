import { isUtf8 } from "node:buffer";
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import type { FileState } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";

/** Larger files are not read into memory, in bytes. */
export const largestFile = 16 * 1024 * 1024;

export interface ListOptions {
  /** Folder that the resulting paths are relative to. */
  readonly workingDirectory: string;
  /** Globs of files and folders to leave out, relative to `ignoreFrom` (default: the working directory). */
  readonly ignore?: readonly string[];
  readonly ignoreFrom?: string;
}

export interface Listing {
  /** Relative to the working directory with `/`, sorted. */
  readonly paths: readonly string[];
  /** Folders that may not be read. */
  readonly states: readonly FileState[];
}

const neverRead = new Set([".git", "node_modules"]);

/**
 * The YAML and JSON files below a folder, and files named `Kustomization`. `.gitignore` is not looked at: what counts
 * is what `ignore` says. Links to folders are not followed; links to files only if they stay inside the folder.
 *
 * @throws the system's error if the folder itself cannot be read
 */
export function listFiles(folder: string, options: ListOptions): Listing {
  const root = resolve(options.workingDirectory, folder);
  const isIgnored = ignoreTest(options);
  const paths: string[] = [];
  const states: FileState[] = [];
  const shown = (full: string) => displayPath(options.workingDirectory, full);
  const open = [root];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    for (const entry of entriesOf(here, root, states, shown)) {
      const full = join(here, entry.name);
      if (entry.isDirectory()) {
        if (!neverRead.has(entry.name) && !isIgnored(full)) open.push(full);
      } else if (isWanted(entry.name) && isReadable(entry, full, root) && !isIgnored(full))
        paths.push(shown(full));
    }
  }
  return { paths: paths.toSorted(), states };
}

function entriesOf(
  folder: string,
  root: string,
  states: FileState[],
  shown: (full: string) => string,
): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (folder === root) throw error;
    states.push({ path: shown(folder), state: "unreadable", reason: whyUnreadable(error) });
    return [];
  }
}

function isWanted(name: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(name) || name === "Kustomization";
}

/**
 * Whether {@link listFiles} would list a path below a folder, as far as names tell: for trees that are not on disk.
 *
 * @returns takes the path relative to the folder, with `/`
 */
export function listTest(folder: string, options: ListOptions): (path: string) => boolean {
  const root = resolve(options.workingDirectory, folder);
  const isIgnored = ignoreTest(options);
  return (path) => {
    const steps = path.split("/");
    if (!isWanted(steps.at(-1) ?? "")) return false;
    // No file system has these names; what is no name could lead out of the folder.
    if (steps.some((step) => step === "" || step === "." || step === "..")) return false;
    if (steps.slice(0, -1).some((step) => neverRead.has(step))) return false;
    return !steps.some((_step, index) => isIgnored(join(root, ...steps.slice(0, index + 1))));
  };
}

function isReadable(entry: Dirent, full: string, root: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    const target = realpathSync(full);
    return isBelow(target, realpathSync(root)) && statSync(target).isFile();
  } catch {
    return false; // A link that leads nowhere is no file.
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function ignoreTest({ workingDirectory, ignore = [], ignoreFrom = workingDirectory }: ListOptions) {
  if (ignore.length === 0) return () => false;
  const matches = picomatch(
    ignore.flatMap((glob) => [glob.replace(/\/+$/, ""), glob.replace(/\/?$/, "/**")]),
    {
      dot: true,
    },
  );
  return (full: string) => matches(displayPath(ignoreFrom, full));
}

/** A path relative to a folder, with `/`; `.` for the folder itself. */
export function displayPath(folder: string, full: string): string {
  const way = relative(folder, full);
  return way === "" ? "." : way.split(sep).join("/");
}

export type ReadResult =
  | { readonly state: "read"; readonly file: SourceFile }
  | { readonly state: "left out"; readonly file: FileState };

/**
 * Reads a file of UTF-8 text. What is too large (over 16 MiB), binary, no file or not readable is told as a state,
 * never thrown.
 *
 * @param path relative to the working directory, as it will be shown
 */
export function readSource(path: string, workingDirectory: string): ReadResult {
  try {
    const full = resolve(workingDirectory, path);
    const stat = statSync(full);
    if (stat.isDirectory()) return leftOut(path, "unreadable", "it is a folder");
    // Reading a pipe or a device would wait for ever.
    if (!stat.isFile()) return leftOut(path, "skipped", "no regular file");
    if (stat.size > largestFile) return tooLarge(path);
    return decodeSource(path, readFileSync(full));
  } catch (error) {
    return leftOut(path, "unreadable", whyUnreadable(error));
  }
}

const leftOut = (path: string, state: FileState["state"], reason: string): ReadResult => ({
  state: "left out",
  file: { path, state, reason },
});

/** What is said of a file over {@link largestFile}. */
export function tooLarge(path: string): ReadResult {
  return leftOut(path, "unreadable", "the file is larger than 16 MiB");
}

/** The text of a file that has been read; binary ones are told as a state. */
export function decodeSource(path: string, bytes: Buffer): ReadResult {
  if (bytes.subarray(0, 8192).includes(0) || !isUtf8(bytes)) return leftOut(path, "skipped", "binary");
  const text = bytes.toString("utf8");
  return { state: "read", file: { path, text: text.startsWith("\uFEFF") ? text.slice(1) : text } };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  ELOOP: "too many symbolic links",
};

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return reasons[code] ?? code;
}

/** Reads many files, in the order given. */
export function readSources(
  paths: readonly string[],
  workingDirectory: string,
): { readonly files: readonly SourceFile[]; readonly states: readonly FileState[] } {
  const files: SourceFile[] = [];
  const states: FileState[] = [];
  for (const path of paths) {
    const result = readSource(path, workingDirectory);
    if (result.state === "read") files.push(result.file);
    else states.push(result.file);
  }
  return { files, states };
}
