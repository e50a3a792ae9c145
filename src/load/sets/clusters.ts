import type { ManifestDocument } from "../../model/document.ts";
import { plainPart } from "./draft.ts";
import { idsOf } from "./objects.ts";
import { folderOf } from "./paths.ts";

/** Folders whose subfolders are clusters. */
const containers = new Set(["clusters", "environments", "envs", "overlays"]);

/** Subfolders of such a folder that all its clusters share. */
const sharedFolders = new Set(["base", "bases", "common", "components", "shared", ...containers]);

/** Names of environments: two such folders side by side that define the same object are two clusters. */
const environments = new Set(
  "dev development test testing int integration qa uat stage staging preprod prod production".split(" "),
);

/** Tells to which cluster's folder a path belongs. */
export interface Clusters {
  /** The folder, or null: nothing in the path names a cluster. */
  of(path: string): string | null;
  /** As {@link Clusters.of}, but only if a sibling of the folder holds manifests too. */
  amongOthers(path: string): string | null;
}

/** The folder of a path that lies in a folder for clusters: the outermost, `clusters/prod` of any depth below it. */
function inContainer(path: string): string | null {
  const steps = path.split("/");
  for (let index = 0; index < steps.length - 2; index++) {
    const [container = "", cluster = ""] = steps.slice(index, index + 2);
    if (containers.has(container) && !sharedFolders.has(cluster)) {
      return steps.slice(0, index + 2).join("/");
    }
  }
  return null;
}

function asEnvironment(path: string): string | null {
  const steps = path.split("/");
  const index = steps.slice(0, -1).findIndex((step) => environments.has(step));
  return index < 0 ? null : steps.slice(0, index + 1).join("/");
}

/** Environment folders with a sibling that defines an object of theirs. */
function environmentFolders(documents: readonly ManifestDocument[]): ReadonlySet<string> {
  const definedIn = new Map<string, Map<string, Set<string>>>();
  for (const document of documents) {
    const folder = asEnvironment(document.file.path);
    if (folder === null) continue;
    const parent = folderOf(folder);
    const ids = definedIn.get(parent) ?? new Map<string, Set<string>>();
    definedIn.set(parent, ids);
    for (const id of idsOf(plainPart(document))) {
      const folders = ids.get(id) ?? new Set();
      ids.set(id, folders.add(folder));
    }
  }
  const found = new Set<string>();
  for (const ids of definedIn.values()) {
    for (const folders of ids.values()) {
      if (folders.size > 1) for (const folder of folders) found.add(folder);
    }
  }
  return found;
}

/** The same, asked once for each folder: only the folders of a path count. */
function byFolder(ask: (path: string) => string | null): (path: string) => string | null {
  const known = new Map<string, string | null>();
  return (path) => {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const answer = known.get(folder);
    if (answer !== undefined) return answer;
    const found = ask(path);
    known.set(folder, found);
    return found;
  };
}

/** Looks for one folder per cluster: by the names of folders, and by what they hold. */
export function readClusters(manifests: readonly ManifestDocument[]): Clusters {
  const siblings = new Map<string, Set<string>>();
  for (const { file } of manifests) {
    const folder = inContainer(file.path);
    if (folder === null) continue;
    const parent = folderOf(folder);
    siblings.set(parent, (siblings.get(parent) ?? new Set()).add(folder));
  }
  const byEnvironment = environmentFolders(manifests);
  const environmentOf = (path: string) => {
    const folder = asEnvironment(path);
    return folder !== null && byEnvironment.has(folder) ? folder : null;
  };
  return {
    of: byFolder((path) => inContainer(path) ?? environmentOf(path)),
    amongOthers: byFolder((path) => {
      const folder = inContainer(path);
      if (folder === null) return environmentOf(path);
      return (siblings.get(folderOf(folder))?.size ?? 0) > 1 ? folder : null;
    }),
  };
}
