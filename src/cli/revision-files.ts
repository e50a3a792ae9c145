import { join, posix, relative, sep } from "node:path";
import {
  decodeSource,
  displayPath,
  type ListOptions,
  listTest,
  type ReadResult,
  tooLarge,
} from "../load/files.ts";
import type { FileState } from "../model/report.ts";
import type { SourceFile } from "../model/source.ts";
import { type Blob, blobsOf, ignoredOf, type IndexEntry, type Repository, type TreeEntry } from "./git.ts";

/** Files as the linter takes them, of a revision or of the index. */
export interface RevisionFiles {
  readonly files: readonly SourceFile[];
  readonly fileStates: readonly FileState[];
}

const isFile = ({ mode }: TreeEntry): boolean => mode === "100644" || mode === "100755";
const isLink = ({ mode }: TreeEntry): boolean => mode === "120000";
const isSubmodule = ({ mode }: TreeEntry): boolean => mode === "160000";

/** More links in a row than this lead nowhere, as for the system. */
const mostLinks = 8;

/** The file that a link of a tree leads to; null where it leads out of the tree, to a folder, or nowhere. */
function linked(
  link: TreeEntry,
  tree: ReadonlyMap<string, TreeEntry>,
  blobs: ReadonlyMap<string, Blob>,
): TreeEntry | null {
  let here = link;
  for (let step = 0; step < mostLinks; step++) {
    const text = blobs.get(here.object);
    if (text === undefined || text === "large") return null;
    const next = tree.get(posix.join(posix.dirname(here.path), text.toString("utf8")));
    if (next === undefined || text[0] === 0x2f) return null;
    if (isFile(next)) return next;
    here = next;
  }
  return null;
}

/** A file that stands in the work tree with the same text is parsed once for both. */
function decoded(path: string, blob: Blob, known: ReadonlyMap<string, SourceFile>): ReadResult {
  if (blob === "large") return tooLarge(path);
  const result = decodeSource(path, blob);
  const same = known.get(path);
  return result.state === "read" && same?.text === result.file.text ? { state: "read", file: same } : result;
}

/**
 * The manifests among the files of a tree, by the rules of `listFiles`: links to files of the tree are followed,
 * submodules are not entered.
 *
 * @param known files of the work tree by path
 * @param named paths that count whatever the config ignores, as they will be shown
 * @returns null if some content is not here
 */
export async function filesOf(
  repository: Repository,
  entries: readonly TreeEntry[],
  options: ListOptions,
  known: ReadonlyMap<string, SourceFile>,
  named: ReadonlySet<string>,
): Promise<RevisionFiles | null> {
  const isListed = listTest(repository.folder, options);
  const shownPath = (path: string): string =>
    displayPath(options.workingDirectory, join(repository.folder, path));
  const wanted = entries.filter(
    (entry) =>
      (isFile(entry) || isLink(entry)) &&
      (isListed(entry.path) || (named.size > 0 && named.has(shownPath(entry.path)))),
  );
  // Links may lead by others whose names are no manifests'.
  const links = wanted.some(isLink) ? entries.filter(isLink) : [];
  const first = await blobsOf(
    repository,
    [...wanted, ...links].map(({ object }) => object),
  );
  if (first === null) return null;
  const tree = new Map(links.length === 0 ? [] : entries.map((entry) => [entry.path, entry] as const));
  const resolved = wanted.flatMap((entry) => {
    const target = isLink(entry) ? linked(entry, tree, first) : entry;
    return target === null ? [] : [{ path: entry.path, object: target.object }];
  });
  const targets = resolved.map(({ object }) => object).filter((object) => !first.has(object));
  const second = await blobsOf(repository, targets);
  if (second === null) return null;

  const files: SourceFile[] = [];
  const fileStates: FileState[] = [];
  for (const { path, object } of resolved) {
    const blob = first.get(object) ?? second.get(object);
    if (blob === undefined) return null;
    const result = decoded(shownPath(path), blob, known);
    if (result.state === "read") files.push(result.file);
    else fileStates.push(result.file);
  }
  return { files, fileStates };
}

/**
 * Which files of a work tree git keeps no versions of: those outside the repository, in submodules, and ignored ones.
 * They are the same before a change and after it.
 *
 * @param paths absolute
 */
export async function unversioned(
  repository: Repository,
  index: readonly IndexEntry[],
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const tracked = new Set(index.map(({ path }) => path));
  const submodules = index.filter(isSubmodule).map(({ path }) => `${path}/`);
  const found = new Set<string>();
  const asked = new Map<string, string>();
  for (const path of paths) {
    const inside = relative(repository.folder, path).split(sep).join("/");
    if (tracked.has(inside)) continue;
    const foreign = inside.startsWith("../") || submodules.some((folder) => inside.startsWith(folder));
    if (foreign) found.add(path);
    else asked.set(inside, path);
  }
  const ignored = await ignoredOf(repository, [...asked.keys()]);
  for (const [inside, path] of asked) if (ignored.has(inside)) found.add(path);
  return found;
}
