import picomatch from "picomatch/posix.js";
import type { Config, ConfigSet } from "../../model/config.ts";
import type { ManifestDocument } from "../../model/document.ts";
import { UsageError } from "../../model/errors.ts";
import { suggestion } from "../../model/nearest.ts";
import { distinct, type Draft, type Part, shortName, unlistedPart } from "./draft.ts";
import { type Kustomizations } from "./kustomize.ts";
import { folderOf, isWithin, joinPath, type Tree } from "./paths.ts";

/** A set of the config with one folder that its path stands for. */
export interface ConfiguredDraft extends Draft {
  readonly config: ConfigSet;
}

/** All folders that hold one of the documents, at any depth, and the files themselves. */
function placesOf(documents: readonly ManifestDocument[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const { file } of documents) {
    let place = file.path;
    while (!places.has(place)) {
      places.add(place);
      if (place === "." || place === "/" || place.endsWith("..")) break;
      place = folderOf(place);
    }
  }
  return places;
}

/** What a folder's set consists of: all that lies in it, and what its kustomizations fetch from elsewhere. */
function folderParts(
  folder: string,
  documents: readonly ManifestDocument[],
  kustomizations: Kustomizations,
): { readonly parts: readonly Part[]; readonly listed: ReadonlySet<ManifestDocument> } {
  const inside = kustomizations.inside(folder);
  const built = inside.flatMap((root) => kustomizations.build(root));
  const listed = new Set(built.map((part) => part.document));
  const others = documents.filter(
    (document) =>
      !listed.has(document) &&
      isWithin(document.file.path, folder) &&
      !kustomizations.data.has(document.file.path),
  );
  return {
    parts: distinct([
      ...built,
      ...others.map((document) => unlistedPart(document, kustomizations.has(folderOf(document.file.path)))),
    ]),
    listed,
  };
}

/**
 * The sets that the config names: one for each folder (or file) that a path stands for. What none of them contains
 * forms no set.
 *
 * @param mayLack leaves out a set whose path stands for nothing
 * @throws UsageError if a path stands for nothing that holds manifests: a set that silently is empty checks nothing
 */
export function configuredDrafts(
  documents: readonly ManifestDocument[],
  config: Config,
  configTree: Tree,
  kustomizations: Kustomizations,
  mayLack = false,
): readonly ConfiguredDraft[] {
  const places = new Map([...placesOf(documents)].map((place) => [configTree.inRoot(place), place]));
  return config.sets.flatMap((set) => {
    const pattern = joinPath(".", set.path);
    // A path that exists as written is no glob, whatever characters it has.
    const exact = configTree.fromRoot(pattern);
    const matches = picomatch(pattern);
    const found = documents.some(({ file }) => isWithin(file.path, exact))
      ? [exact]
      : [...places].filter(([place]) => matches(place)).map(([, folder]) => folder);
    if (found.length === 0 && !mayLack) {
      throw new UsageError(
        `${set.where === undefined ? "" : `${set.where}: `}set ${JSON.stringify(set.name ?? set.path)}: no manifests in ${JSON.stringify(set.path)}` +
          suggestion(pattern, places.keys()),
      );
    }
    return found.toSorted().map((folder): ConfiguredDraft => {
      const { parts, listed } = folderParts(folder, documents, kustomizations);
      const short = shortName(folder);
      const name = set.name === null ? short : found.length === 1 ? set.name : `${set.name}/${short}`;
      return {
        name,
        path: folder,
        parts: parts.map((part) => ({ ...part, fallback: set.namespace })),
        appliedAsWhole: set.render !== "none" || parts.every((part) => listed.has(part.document)),
        config: set,
      };
    });
  });
}
