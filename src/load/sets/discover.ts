import { type Config, type ConfigContext, emptyConfig } from "../../model/config.ts";
import type { ManifestDocument } from "../../model/document.ts";
import type { ProfileKey } from "../../model/profile.ts";
import type { Resource } from "../../model/resource.ts";
import { completeness, readHead } from "../../model/snapshot.ts";
import type { Context, Layer, ResourceSet } from "../../model/set.ts";
import { configuredDrafts } from "./configured.ts";
import { type Draft, named, plainPart, type SetNote } from "./draft.ts";
import { treeAt } from "./paths.ts";
import { type Kustomizations, readKustomizations } from "./kustomize.ts";
import { resourcesOf } from "./objects.ts";
import { detectedDrafts } from "./detected.ts";

export interface SetInput {
  /** All documents of the tree, kustomization files and unreadable documents included. */
  readonly documents: readonly ManifestDocument[];
  readonly config?: Config;
  /** The config's folder relative to the working directory; its paths start there. Default `.`. */
  readonly configFolder?: string;
  /** Where the config is above the working directory: the working directory, relative to the config's folder. */
  readonly belowConfig?: string;
  /** The documents of contexts, by the `path` or `snapshot` as the config has it. */
  readonly contextDocuments?: ReadonlyMap<string, readonly ManifestDocument[]>;
  /** The cluster's objects: a complete context of every set. */
  readonly live?: readonly ManifestDocument[];
  /** Values of `--profile`, as text. */
  readonly profile?: Readonly<Partial<Record<ProfileKey, string>>>;
  /** Folder of the whole tree, relative to the working directory. Default `.`. */
  readonly root?: string;
  /** Where the root is above the working directory: the working directory, relative to the root. */
  readonly belowRoot?: string;
  /** Sets of the config whose path stands for nothing are left out: a base revision need not have them all. */
  readonly mayLack?: boolean;
}

export interface Discovery {
  readonly sets: readonly ResourceSet[];
  /** What no set could take in, or only in part. */
  readonly notes: readonly SetNote[];
}

/** For which layers some documents of a cluster show all that there is; a snapshot tells what it could not read. */
function shownBy(documents: readonly ManifestDocument[]): true | readonly Layer[] {
  const [head = null] = documents.flatMap(({ value }) => readHead(value) ?? []);
  return head === null ? true : completeness(head);
}

function contextObjects(documents: readonly ManifestDocument[]): readonly Resource[] {
  return documents
    .filter(({ value }) => readHead(value) === null)
    .flatMap((document) => resourcesOf(plainPart(document), "context"));
}

function configuredContext(
  sources: readonly ConfigContext[],
  documents: ReadonlyMap<string, readonly ManifestDocument[]>,
): Context {
  const resources: Resource[] = [];
  const layers = new Set<Layer>();
  let everything = false;
  const members = new Map<string, string[]>();
  for (const { source, complete } of sources) {
    const known =
      source.type === "fact"
        ? []
        : (documents.get(source.type === "path" ? source.pattern : source.file) ?? []);
    const whole = complete === true ? shownBy(known) : complete === false ? [] : complete;
    if (whole === true) everything = true;
    else for (const layer of whole) layers.add(layer);
    if (source.type === "fact") {
      for (const [controlPlane, namespaces] of Object.entries(source.members)) {
        members.set(controlPlane, [...(members.get(controlPlane) ?? []), ...namespaces]);
      }
      continue;
    }
    resources.push(...contextObjects(known));
  }
  return {
    resources,
    complete: everything ? true : [...layers],
    members: Object.fromEntries(members),
  };
}

/** A context with the cluster's objects, outside of which nothing is. */
function withCluster(context: Context, documents: readonly ManifestDocument[] | undefined): Context {
  if (documents === undefined) return context;
  const resources = [...context.resources, ...contextObjects(documents)];
  return { ...context, resources, complete: shownBy(documents), live: true };
}

function documentsOf(draft: Draft): readonly ManifestDocument[] {
  return [...new Set(draft.parts.map((part) => part.document))];
}

function outside(
  documents: readonly ManifestDocument[],
  sets: readonly ResourceSet[],
  kustomizations: Kustomizations,
): readonly SetNote[] {
  const inside = new Set(sets.flatMap((set) => set.documents));
  return documents
    .filter((document) => !inside.has(document) && !kustomizations.data.has(document.file.path))
    .map((document) => ({ kind: "outside every set", document, what: "" }));
}

/**
 * The sets of a tree: those of the config if it names any (the rest of the tree then forms none), else those that
 * the tree shows by itself ({@link detectedDrafts}).
 *
 * @throws UsageError if a set of the config stands for nothing, unless `mayLack`
 */
export function discover(input: SetInput): Discovery {
  const { documents, config = emptyConfig, profile = {} } = input;
  const kustomizations = readKustomizations(documents);
  const common = { owns: [], tenants: config.tenants, profile: { option: profile, config: config.profile } };
  let sets: readonly ResourceSet[];
  let notes: readonly SetNote[] = [];
  if (config.sets.length > 0) {
    const configTree = treeAt(input.configFolder ?? ".", input.belowConfig);
    const drafts = configuredDrafts(documents, config, configTree, kustomizations, input.mayLack);
    sets = named(drafts).map((draft) => ({
      ...common,
      name: draft.name,
      path: draft.path,
      documents: documentsOf(draft),
      resources: draft.parts.flatMap((part) => resourcesOf(part)),
      context: withCluster(
        configuredContext(draft.config.context, input.contextDocuments ?? new Map()),
        input.live,
      ),
      owns: draft.config.owns,
      appliedAsWhole: draft.appliedAsWhole,
      tenants: [...config.tenants, ...draft.config.tenants],
      profile: { option: profile, config: { ...config.profile, ...draft.config.profile } },
    }));
  } else {
    const tree = treeAt(input.root ?? ".", input.belowRoot);
    const detected = detectedDrafts(documents, tree, kustomizations);
    notes = detected.notes;
    sets = named(detected.drafts).map((draft) => ({
      ...common,
      name: draft.name,
      path: draft.path,
      documents: documentsOf(draft),
      resources: draft.parts.flatMap((part) => resourcesOf(part)),
      context: withCluster(
        {
          resources: draft.context.flatMap((part) => resourcesOf(part, "context")),
          complete: [],
          members: {},
        },
        input.live,
      ),
      appliedAsWhole: draft.appliedAsWhole,
    }));
  }
  return { sets, notes: [...kustomizations.notes, ...notes, ...outside(documents, sets, kustomizations)] };
}

/** As {@link discover}, the sets alone. */
export function discoverSets(input: SetInput): readonly ResourceSet[] {
  return discover(input).sets;
}
