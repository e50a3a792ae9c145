import { execFile } from "node:child_process";
import { dirname, resolve } from "node:path";
import { largestFile } from "../load/files.ts";
import { UsageError } from "../model/errors.ts";
import type { Io } from "./io.ts";

type Environment = Io["env"];

/** How long one call of git may take, in milliseconds. */
const timeLimit = 120_000;
/** The longest answer to a question about names, in bytes: some million paths. */
const listingLimit = 512 * 1024 * 1024;
/** How much content one call reads, in bytes. */
const batchLimit = 64 * 1024 * 1024;

/** Nothing that a repository's own settings can have run while its objects are read. */
const fixedOptions = [
  "--no-pager",
  "--no-optional-locks",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.quotePath=false",
];

/**
 * The environment of git. Hooks set variables about their own repository (`GIT_DIR`, `GIT_PREFIX`, …), and git would
 * then look there whatever folder it is started in; only what configures the user's git stays. No network: a partial
 * clone must not fetch what is missing (git before 2.45 knows only the list of protocols).
 */
function environment(env: Environment, more: Environment = {}): Environment {
  const kept = Object.entries(env).filter(([name]) => {
    const upper = name.toUpperCase();
    return !upper.startsWith("GIT_") || upper.startsWith("GIT_CONFIG_") || upper === "GIT_EXEC_PATH";
  });
  return {
    ...Object.fromEntries(kept),
    ...more,
    LC_ALL: "C",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
  };
}

interface Answer {
  /** Exit code of git. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git without a shell. @throws UsageError if it is not installed, or does not come to an end */
function ask(
  env: Environment,
  folder: string,
  args: readonly string[],
  { input = "", limit = listingLimit }: { readonly input?: string; readonly limit?: number } = {},
): Promise<Answer> {
  return new Promise((done, refuse) => {
    const child = execFile(
      "git",
      [...fixedOptions, "-C", folder, ...args],
      {
        env,
        // Windows looks for programs in the working directory first: never in a repository.
        cwd: dirname(process.execPath),
        encoding: "buffer",
        maxBuffer: limit,
        timeout: timeLimit,
        killSignal: "SIGKILL",
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        const text = stderr.toString("utf8");
        if (error === null) return done({ code: 0, stdout, stderr: text });
        if (typeof error.code === "number") return done({ code: error.code, stdout, stderr: text });
        refuse(failure(error, args[0] ?? ""));
      },
    );
    // Where git ends before it has read everything, its exit code tells why.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function failure(error: { readonly code?: unknown; readonly killed?: boolean }, command: string): UsageError {
  if (error.code === "ENOENT") return new UsageError("git is not installed, and revisions are read with it");
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return new UsageError(`git ${command} says more than can be read`);
  if (error.killed === true) {
    return new UsageError(`git ${command} takes longer than ${timeLimit / 1000} seconds`);
  }
  return new UsageError(`git ${command} cannot be run: ${String(error.code ?? "it was ended")}`);
}

/** The part of a git work tree that lies below a folder. All paths are relative to the folder, with `/`. */
export interface Repository {
  /** Absolute. */
  readonly folder: string;
  readonly env: Environment;
  /** History ends somewhere: what is not found may exist. */
  readonly shallow: boolean;
}

interface Found {
  readonly inside: boolean;
  readonly shallow: boolean;
  readonly gitFolder: string;
  readonly top: string;
}

async function find(env: Environment, folder: string): Promise<Found | null> {
  const questions = ["--is-inside-work-tree", "--is-shallow-repository", "--absolute-git-dir"];
  const answer = await ask(env, folder, ["rev-parse", ...questions, "--show-toplevel"]);
  const [inside, shallow, gitFolder = "", top = ""] = answer.stdout.toString("utf8").split("\n");
  if (answer.code === 0) {
    return { inside: inside === "true", shallow: shallow === "true", gitFolder, top };
  }
  if (inside === "false" || /not a git repository|not a work tree/i.test(answer.stderr)) return null;
  const owner = answer.stderr.includes("dubious ownership")
    ? `; git config --global --add safe.directory ${folder} allows it`
    : "";
  throw new UsageError(`git does not read ${folder}: ${answer.stderr.trim().split("\n")[0]}${owner}`);
}

/**
 * The repository that a folder lies in, by its place; null if there is none.
 *
 * The index of a running commit counts (`git commit -a` has one of its own, and names it to hooks), if it is of the
 * same repository.
 *
 * @throws UsageError if git is not installed or refuses the folder
 */
export async function openRepository(io: Io, folder: string): Promise<Repository | null> {
  const env = environment(io.env);
  const found = await find(env, folder);
  if (found === null) return null;
  const repository = { folder, env, shallow: found.shallow };
  const { GIT_INDEX_FILE: index, GIT_DIR: gitFolder } = io.env;
  if (!index) return repository;
  const hook = await find(environment(io.env, gitFolder ? { GIT_DIR: gitFolder } : {}), io.cwd);
  if (hook?.gitFolder !== found.gitFolder) return repository;
  return { ...repository, env: { ...env, GIT_INDEX_FILE: resolve(found.top, index) } };
}

/** @throws UsageError for what can be no revision, and would be an option or a range */
export function requireRevision(name: string, option: string): void {
  // oxlint-disable-next-line no-control-regex
  if (name === "" || name.startsWith("-") || name.includes("..") || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new UsageError(`${option}: ${JSON.stringify(name)} is no revision`);
  }
}

/** The hash of the commit that a name stands for; null if there is none. The name has been checked. */
export async function commitOf({ env, folder }: Repository, name: string): Promise<string | null> {
  const wanted = ["--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const { code, stdout } = await ask(env, folder, ["rev-parse", ...wanted]);
  return code === 0 ? stdout.toString("utf8").trim() : null;
}

/** Whether files of the folder differ from the last commit, or are not in it. */
export async function isModified({ env, folder }: Repository): Promise<boolean> {
  const { code, stdout } = await ask(env, folder, ["status", "--porcelain", "--", "."]);
  return code !== 0 || stdout.length > 0;
}

/** The best common ancestor of two commits, by hash; null if there is none here. */
export async function mergeBase(
  { env, folder }: Repository,
  one: string,
  other: string,
): Promise<string | null> {
  const { code, stdout } = await ask(env, folder, ["merge-base", one, other]);
  return code === 0 ? stdout.toString("utf8").trim() : null;
}

/** The full name of the branch that the current one follows, and that of the current one; null: none. */
export async function branches({
  env,
  folder,
}: Repository): Promise<{ readonly current: string | null; readonly upstream: string | null }> {
  const name = ({ code, stdout }: Answer): string | null =>
    code === 0 ? stdout.toString("utf8").trim() || null : null;
  const head = await ask(env, folder, ["symbolic-ref", "--quiet", "HEAD"]);
  const followed = await ask(env, folder, ["rev-parse", "--symbolic-full-name", "@{upstream}"]);
  return { current: name(head), upstream: name(followed) };
}

/** A file of a tree or of the index. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` for a link, `160000` for a submodule. */
  readonly mode: string;
  /** Hash of the blob, or of a submodule's commit. */
  readonly object: string;
  readonly path: string;
}

export interface IndexEntry extends TreeEntry {
  /** 0; 1 to 3 for the sides of a conflict. */
  readonly stage: number;
  /** Left out of the work tree by a sparse checkout. */
  readonly sparse: boolean;
}

/** Records that end with NUL: heads of words, a tab, a path as it is. */
function records(bytes: Buffer): readonly { readonly words: readonly string[]; readonly path: string }[] {
  return bytes
    .toString("utf8")
    .split("\0")
    .flatMap((record) => {
      const tab = record.indexOf("\t");
      return tab < 0 ? [] : [{ words: record.slice(0, tab).split(" "), path: record.slice(tab + 1) }];
    });
}

/** All files of a commit below the folder; null if its trees are not here. */
export async function treeOf(
  { env, folder }: Repository,
  commit: string,
): Promise<readonly TreeEntry[] | null> {
  const { code, stdout } = await ask(env, folder, ["ls-tree", "-r", "-z", commit]);
  if (code !== 0) return null;
  return records(stdout).map(({ words: [mode = "", , object = ""], path }) => ({ mode, object, path }));
}

/** All files of the index below the folder. */
export async function indexOf({ env, folder }: Repository): Promise<readonly IndexEntry[]> {
  const { code, stdout, stderr } = await ask(env, folder, ["ls-files", "-s", "-t", "-z"]);
  if (code !== 0) throw new UsageError(`git cannot read the index: ${stderr.trim().split("\n")[0]}`);
  return records(stdout).map(({ words: [tag, mode = "", object = "", stage], path }) => ({
    mode,
    object,
    path,
    stage: Number(stage),
    sparse: tag === "S",
  }));
}

/** Those of some paths that `.gitignore` and the like leave out, and that are not in the index. */
export async function ignoredOf(
  { env, folder }: Repository,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  // Behind `./` a name that begins with `:` is a name, no pattern.
  const input = paths.map((path) => `./${path}\0`).join("");
  const { code, stdout, stderr } = await ask(env, folder, ["check-ignore", "-z", "--stdin"], { input });
  if (code > 1) throw new UsageError(`git cannot tell what it ignores: ${stderr.trim().split("\n")[0]}`);
  const names = stdout.toString("utf8").split("\0");
  return new Set(names.map((name) => name.replace(/^\.\//, "")));
}

/** The content of a blob; `large`: over 16 MiB. */
export type Blob = Buffer | "large";

async function sizesOf(
  { env, folder }: Repository,
  objects: readonly string[],
): Promise<ReadonlyMap<string, number> | null> {
  const input = objects.map((object) => `${object}\n`).join("");
  const { code, stdout } = await ask(env, folder, ["cat-file", "--batch-check"], { input });
  const sizes = new Map<string, number>();
  for (const line of stdout.toString("utf8").split("\n")) {
    const [object = "", type, size] = line.split(" ");
    if (type === "blob") sizes.set(object, Number(size));
  }
  return code === 0 && objects.every((object) => sizes.has(object)) ? sizes : null;
}

/** Runs of objects that are read in one call each. */
function batches(sizes: ReadonlyMap<string, number>): readonly (readonly string[])[] {
  const all: string[][] = [];
  let last: string[] = [];
  let room = 0;
  for (const [object, size] of sizes) {
    if (size > largestFile) continue;
    if (size > room || last.length === 0) {
      last = [];
      all.push(last);
      room = batchLimit;
    }
    last.push(object);
    room -= size;
  }
  return all;
}

/** The contents of some blobs by hash; null if one of them is not here (a partial clone). */
export async function blobsOf(
  repository: Repository,
  objects: readonly string[],
): Promise<ReadonlyMap<string, Blob> | null> {
  const wanted = [...new Set(objects)];
  const found = new Map<string, Blob>();
  if (wanted.length === 0) return found;
  const sizes = await sizesOf(repository, wanted);
  if (sizes === null) return null;
  for (const [object, size] of sizes) if (size > largestFile) found.set(object, "large");
  for (const batch of batches(sizes)) {
    const input = batch.map((object) => `${object}\n`).join("");
    const limit = batchLimit + batch.length * 128;
    const { env, folder } = repository;
    const { code, stdout } = await ask(env, folder, ["cat-file", "--batch"], { input, limit });
    if (code !== 0) return null;
    let at = 0;
    for (const object of batch) {
      const start = stdout.indexOf(0x0a, at) + 1;
      const end = start + (sizes.get(object) ?? 0);
      found.set(object, stdout.subarray(start, end));
      at = end + 1;
    }
  }
  return found;
}
