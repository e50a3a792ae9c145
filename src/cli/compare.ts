import { resolve } from "node:path";
import type { ListOptions } from "../load/files.ts";
import { UsageError } from "../model/errors.ts";
import type { SourceFile } from "../model/source.ts";
import {
  branches,
  commitOf,
  indexOf,
  type IndexEntry,
  mergeBase,
  openRepository,
  type Repository,
  requireRevision,
  treeOf,
} from "./git.ts";
import type { Io } from "./io.ts";
import { gitRoot, isInside, outermost, type Project } from "./project.ts";
import { filesOf, type RevisionFiles, unversioned } from "./revision-files.ts";

/** What a run is compared with. */
export interface ComparisonRequest {
  /** The option by which it was asked for, for messages: `--base`. */
  readonly option: string;
  /** A revision; changes count since the merge base with it. Null: a default. */
  readonly base: string | null;
  /** What is staged instead of the work tree; without `base` it is compared with HEAD. */
  readonly staged: boolean;
}

export interface Compared {
  /** That of the request, or as it is staged. */
  readonly project: Project;
  /** The same tree before the change; null if it is not here. */
  readonly base: RevisionFiles | null;
  /** What it is called in reports: `origin/main (1a2b3c4)`. */
  readonly name: string;
  /** Why there is no base; null if there is one. */
  readonly missing: string | null;
}

/** A commit, the state before the first one, or why it is not here. */
type Base =
  | { readonly state: "commit"; readonly name: string; readonly commit: string }
  | { readonly state: "empty"; readonly name: string }
  | { readonly state: "missing"; readonly name: string; readonly why: string };

const tooShallow = (name: string, { shallow }: Repository): Base => ({
  state: "missing",
  name,
  why: shallow
    ? `${name} is not in this shallow checkout (actions/checkout brings it with fetch-depth: 0, git with fetch --unshallow)`
    : `${name} is not in this checkout (actions/checkout brings it with fetch-depth: 0)`,
});

/** The repositories that hold the files: those of the roots, else those of the paths where a root is above them. */
async function repositoriesOf(
  io: Io,
  { roots, places }: Project,
  option: string,
): Promise<readonly Repository[]> {
  const folders = roots.flatMap((root) => {
    if (gitRoot(root) !== null) return [root];
    return places.filter((place) => isInside(place, root)).flatMap((place) => gitRoot(place) ?? []);
  });
  const found: Repository[] = [];
  for (const folder of outermost(folders)) {
    const repository = await openRepository(io, folder);
    if (repository) found.push(repository);
  }
  if (found.length === 0) throw new UsageError(`${option} needs a git repository, and there is none here`);
  return found;
}

/**
 * What a change is compared with if nobody says so: the branch that a pull request is for, the branch that this one
 * was begun from, the remote's main branch.
 */
async function defaultRevision(
  io: Io,
  repository: Repository,
): Promise<{ readonly name: string; readonly ref: string } | null> {
  const target = io.env.GITHUB_BASE_REF;
  if (target) {
    requireRevision(target, "GITHUB_BASE_REF");
    return { name: `origin/${target}`, ref: `refs/remotes/origin/${target}` };
  }
  const { current, upstream } = await branches(repository);
  const branch = current?.replace("refs/heads/", "") ?? "";
  const followed = upstream && {
    name: upstream.replace(/^refs\/(?:remotes|heads)\//, ""),
    ref: upstream,
  };
  // A branch that follows its own copy was pushed: that tells nothing about where it began.
  if (followed && !followed.name.endsWith(`/${branch}`)) return followed;
  const main = "refs/remotes/origin/HEAD";
  if ((await commitOf(repository, main)) !== null) return { name: "origin/HEAD", ref: main };
  return followed || null;
}

async function revisionOf(
  io: Io,
  repository: Repository,
  { option, base }: ComparisonRequest,
): Promise<Base> {
  if (base !== null) requireRevision(base, option);
  const wanted = base === null ? await defaultRevision(io, repository) : { name: base, ref: base };
  if (wanted === null) {
    throw new UsageError(
      `${option}: this branch follows none, and there is no origin/HEAD: say with --base REV what to compare with`,
    );
  }
  const { name } = wanted;
  const [commit, head] = [await commitOf(repository, wanted.ref), await commitOf(repository, "HEAD")];
  if (head === null) throw new UsageError(`${option}: there is no commit yet`);
  if (commit === null) {
    if (base === null || repository.shallow) return tooShallow(name, repository);
    throw new UsageError(`${option}: there is no revision ${JSON.stringify(name)} in this repository`);
  }
  const common = await mergeBase(repository, commit, head);
  if (common !== null) return { state: "commit", name, commit: common };
  if (repository.shallow) return tooShallow(`the common ancestor with ${name}`, repository);
  throw new UsageError(`${option}: HEAD has no common ancestor with ${name}`);
}

async function baseOf(io: Io, repository: Repository, request: ComparisonRequest): Promise<Base> {
  if (!request.staged || request.base !== null) return revisionOf(io, repository, request);
  const commit = await commitOf(repository, "HEAD");
  return commit === null ? { state: "empty", name: "HEAD" } : { state: "commit", name: "HEAD", commit };
}

function shortName(base: Base): string {
  return base.state === "commit" ? `${base.name} (${base.commit.slice(0, 7)})` : base.name;
}

/** One repository at both sides of the change. */
interface Sides {
  readonly base: RevisionFiles | null;
  /** Null: the work tree. */
  readonly head: RevisionFiles | null;
}

const notHere = (base: Base): string =>
  `the files of ${base.name} are not in this partial clone (git fetch --refetch brings them)`;

function requireMerged(index: readonly IndexEntry[]): void {
  const conflict = index.find(({ stage }) => stage > 0);
  if (conflict) throw new UsageError(`--staged: ${conflict.path} has conflicts that are not resolved`);
}

/** How files of the project are listed and found again. */
interface Reading {
  readonly options: ListOptions;
  readonly named: ReadonlySet<string>;
  readonly known: ReadonlyMap<string, SourceFile>;
}

/** The files before the change. What a sparse checkout leaves out of the work tree is left out there too. */
async function filesBefore(
  repository: Repository,
  base: Base,
  sparse: ReadonlySet<string>,
  { options, known, named }: Reading,
): Promise<RevisionFiles | null> {
  if (base.state !== "commit") return { files: [], fileStates: [] };
  const entries = await treeOf(repository, base.commit);
  if (entries === null) return null;
  const present = entries.filter(({ path }) => !sparse.has(path));
  return filesOf(repository, present, options, known, named);
}

async function stagedSides(
  repository: Repository,
  index: readonly IndexEntry[],
  base: Base,
  reading: Reading,
): Promise<Sides> {
  requireMerged(index);
  const { options, known, named } = reading;
  const head = await filesOf(repository, index, options, known, named);
  if (head === null) throw new UsageError("--staged: git cannot read what is staged");
  const both = new Map([...known, ...head.files.map((file) => [file.path, file] as const)]);
  return { head, base: await filesBefore(repository, base, new Set(), { ...reading, known: both }) };
}

async function sidesOf(
  repository: Repository,
  index: readonly IndexEntry[],
  base: Base,
  reading: Reading,
): Promise<Sides> {
  const sparse = new Set(index.filter((entry) => entry.sparse).map(({ path }) => path));
  return { head: null, base: await filesBefore(repository, base, sparse, reading) };
}

/** The files of a work tree that are the same on both sides: none of the repositories keeps versions of them. */
async function constantFiles(
  repositories: readonly { readonly repository: Repository; readonly index: readonly IndexEntry[] }[],
  { files, fileStates }: Project,
  cwd: string,
): Promise<RevisionFiles> {
  let rest = new Map([...files, ...fileStates].map(({ path }) => [resolve(cwd, path), path] as const));
  for (const { repository, index } of repositories) {
    const free = await unversioned(repository, index, [...rest.keys()]);
    rest = new Map([...rest].filter(([absolute]) => free.has(absolute)));
  }
  const constant = new Set(rest.values());
  return {
    files: files.filter(({ path }) => constant.has(path)),
    fileStates: fileStates.filter(({ path }) => constant.has(path)),
  };
}

const byPath = <T extends { readonly path: string }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

/**
 * The files of a project before a change, read from git's objects without network, and for `--staged` also those
 * after it.
 *
 * @throws UsageError outside a repository, for a revision that there is not, and without git
 */
export async function compared(io: Io, project: Project, request: ComparisonRequest): Promise<Compared> {
  if (project.roots.length === 0) {
    throw new UsageError(`${request.option} compares files of a repository, not standard input`);
  }
  const repositories = await repositoriesOf(io, project, request.option);
  const { config, configFolder } = project;
  const reading: Reading = {
    options: {
      workingDirectory: io.cwd,
      ignore: config.ignore,
      ignoreFrom: config.file === null ? io.cwd : resolve(io.cwd, configFolder),
    },
    named: new Set(project.named),
    known: new Map(project.files.map((file) => [file.path, file])),
  };
  const opened = [];
  const sides: Sides[] = [];
  const names = new Set<string>();
  let missing: string | null = null;
  for (const repository of repositories) {
    const base = await baseOf(io, repository, request);
    const index = await indexOf(repository);
    const read = request.staged ? stagedSides : sidesOf;
    const side = await read(repository, index, base, reading);
    if (base.state === "missing") missing ??= base.why;
    else if (side.base === null) missing ??= notHere(base);
    names.add(shortName(base));
    opened.push({ repository, index });
    sides.push(side);
  }
  const name = [...names].join(", ");
  const all = (of: keyof Sides): RevisionFiles => ({
    files: byPath(sides.flatMap((side) => side[of]?.files ?? [])),
    fileStates: byPath(sides.flatMap((side) => side[of]?.fileStates ?? [])),
  });
  const head = request.staged ? { ...project, ...all("head") } : project;
  if (missing !== null) return { project: head, base: null, name, missing };
  const before = all("base");
  if (request.staged) return { project: head, base: before, name, missing };
  const constant = await constantFiles(opened, project, io.cwd);
  const base = {
    files: byPath([...before.files, ...constant.files]),
    fileStates: byPath([...before.fileStates, ...constant.fileStates]),
  };
  return { project, base, name, missing };
}
