import type { ManifestDocument } from "../../model/document.ts";
import { type Application, isArgo, readApplications } from "./argo.ts";
import { type Clusters, readClusters } from "./clusters.ts";
import { distinct, type Draft, type Part, type SetNote, shortName, unlistedPart } from "./draft.ts";
import { isKustomization, type Kustomizations } from "./kustomize.ts";
import { Footprint, isManifest } from "./objects.ts";
import { commonFolder, folderOf, nameOf, type Tree } from "./paths.ts";

/** A set that the tree shows by itself, with what lies beside it and may well be in the same cluster. */
export interface DetectedDraft extends Draft {
  readonly context: readonly Part[];
}

interface Found extends Draft {
  /** The cluster's folder, if the path names one. */
  readonly cluster: string | null;
}

/** Joins drafts that end up in one cluster, unless they define the same: then they are variants. */
function joined(drafts: readonly Found[], whole: (members: Group<Found>) => Found): Found[] {
  const groups: { readonly members: Group<Found>; readonly footprint: Footprint }[] = [];
  for (const draft of drafts) {
    const group = groups.find(({ footprint }) => !draft.parts.some((part) => footprint.meets(part)));
    if (group) {
      group.members.push(draft);
      group.footprint.add(draft.parts);
    } else groups.push({ members: [draft], footprint: new Footprint(draft.parts) });
  }
  return groups.flatMap(({ members }) => (members.length > 1 ? [whole(members)] : members));
}

type Group<Item> = [Item, ...Item[]];

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Group<Item>[] {
  const groups = new Map<string, Group<Item>>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** One set for the Applications that stand in one folder and name one cluster. */
function ofApplications(applications: readonly Application[], clusters: Clusters): Found[] {
  const keyOf = ({ application, cluster }: { application: Application; cluster: string | null }) =>
    JSON.stringify([folderOf(application.document.file.path), application.cluster, cluster]);
  const placed = applications.map((application) => ({
    application,
    cluster: clusters.of(`${application.folder}/application`),
  }));
  return groupedBy(placed, keyOf).flatMap((group) => {
    const drafts = group.map(({ application, cluster }) => ({
      name: application.name,
      path: application.folder,
      parts: application.parts,
      appliedAsWhole: true,
      cluster,
    }));
    return joined(drafts, (members) => {
      const path = commonFolder(members.map((member) => member.path));
      const target = group[0].application.cluster;
      return {
        name: /^[\w.-]+$/.test(target) && target !== "in-cluster" ? target : shortName(path),
        path,
        parts: distinct(members.flatMap((member) => member.parts)),
        appliedAsWhole: true,
        cluster: members[0].cluster,
      };
    });
  });
}

/** One set for what several roots put into one cluster's folder. */
function byCluster(drafts: readonly Found[]): Found[] {
  return groupedBy(drafts, ({ cluster, path }) => cluster ?? `/${path}`).flatMap((group) => {
    const cluster = group[0].cluster;
    if (cluster === null) return group;
    return joined(group, (members) => ({
      name: nameOf(cluster),
      path: cluster,
      parts: distinct(members.flatMap((member) => member.parts)),
      appliedAsWhole: members.every((member) => member.appliedAsWhole),
      cluster,
    }));
  });
}

/** Adds what no kustomization and no Application applies to the sets of its cluster; returns what stays over. */
function withUnlisted(
  drafts: readonly Found[],
  rest: readonly ManifestDocument[],
  clusters: Clusters,
  kustomizations: Kustomizations,
): { readonly drafts: readonly Found[]; readonly rest: readonly Part[] } {
  const over: Part[] = [];
  const added = new Map<string, Part[]>();
  const footprints = new Map<string, Footprint>();
  for (const { cluster, parts } of drafts) {
    if (cluster === null) continue;
    const known = footprints.get(cluster);
    if (known) known.add(parts);
    else footprints.set(cluster, new Footprint(parts));
  }
  for (const document of rest) {
    const { path } = document.file;
    const part = unlistedPart(document, kustomizations.has(folderOf(path)));
    const [near, known] = [clusters.amongOthers(path), clusters.of(path)];
    const cluster = near ?? (known !== null && footprints.has(known) ? known : null);
    // A second definition of what a kustomization lists is an old copy or an alternative, not what is applied.
    if (cluster === null || footprints.get(cluster)?.meets(part)) over.push(part);
    else {
      const parts = added.get(cluster) ?? [];
      added.set(cluster, parts);
      parts.push(part);
    }
  }
  const all = drafts.map((draft) => {
    const parts = draft.cluster === null ? undefined : added.get(draft.cluster);
    return parts ? { ...draft, parts: [...draft.parts, ...parts], appliedAsWhole: false } : draft;
  });
  for (const [cluster, parts] of added) {
    if (footprints.has(cluster)) continue;
    all.push({ name: nameOf(cluster), path: cluster, parts, appliedAsWhole: false, cluster });
  }
  return { drafts: all, rest: over };
}

/** Sets that say nothing about a cluster: only Argo CD's own objects, kustomizations or nothing. */
function isIdle({ parts }: Draft): boolean {
  return parts.every(
    ({ document }) => isArgo(document) || isKustomization(document) || !isManifest(document),
  );
}

/**
 * The one set that everything else most likely belongs to: the only one with a cluster's folder, else the only one
 * beside the rest. Null if there are several, since clusters must never be mixed up.
 */
function hubOf(drafts: readonly Found[], rest: Found | null): Found | null {
  const busy = drafts.filter((draft) => !isIdle(draft));
  const placed = busy.filter((draft) => draft.cluster !== null);
  const candidates = placed.length > 0 ? placed : busy.filter((draft) => draft !== rest);
  const [only = null, second] = candidates;
  return second === undefined ? only : null;
}

/** What another set adds to the knowledge about one; nothing if they share files, as variants do. */
function beside(one: Footprint, other: Draft): readonly Part[] {
  if (other.parts.some((part) => one.hasDocument(part))) return [];
  return other.parts.filter((part) => !one.meets(part));
}

/**
 * The sets that a tree shows by itself: Argo CD Applications, Kustomize roots, one folder per cluster, and the rest
 * of the tree. Where only one cluster is in sight, an overlay and the files that are applied by hand beside it know
 * of one another as context: an overlay that leaves out the control plane is no mistake, and the control plane
 * still is judged as the one that Serverless uses.
 */
export function detectedDrafts(
  documents: readonly ManifestDocument[],
  tree: Tree,
  kustomizations: Kustomizations,
): { readonly drafts: readonly DetectedDraft[]; readonly notes: readonly SetNote[] } {
  const { applications, notes } = readApplications(documents, tree, kustomizations);
  const clusters = readClusters(
    documents.filter((document) => isManifest(document) || isKustomization(document)),
  );
  const built = new Set(applications.flatMap((application) => application.kustomizations));
  const roots = kustomizations.roots
    .filter((folder) => !built.has(folder))
    .map((folder) => ({
      name: shortName(folder),
      path: folder,
      parts: kustomizations.build(folder),
      appliedAsWhole: true,
      cluster: clusters.of(`${folder}/kustomization.yaml`),
    }));
  const listed = byCluster([...ofApplications(applications, clusters), ...roots]);
  const taken = new Set(listed.flatMap((draft) => draft.parts.map((part) => part.document)));
  const unlisted = documents.filter(
    (document) => !taken.has(document) && !kustomizations.data.has(document.file.path),
  );
  const { drafts, rest: parts } = withUnlisted(listed, unlisted, clusters, kustomizations);
  const name = drafts.length === 0 ? shortName(tree.root) : "rest";
  const rest: Found | null =
    parts.length === 0 ? null : { name, path: tree.root, parts, appliedAsWhole: false, cluster: null };
  const all = rest ? [...drafts, rest] : drafts;
  const hub = hubOf(all, rest);
  const loose = all.filter((draft) => draft !== hub && draft.cluster === null);
  return {
    drafts: all.map((draft) => {
      const linked = draft === hub ? loose : hub && draft.cluster === null ? [hub] : [];
      const footprint = new Footprint(linked.length > 0 ? draft.parts : []);
      return { ...draft, context: linked.flatMap((other) => beside(footprint, other)) };
    }),
    notes,
  };
}
