import type { ManifestDocument } from "../../model/document.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isList, isMapping, type Mapping, type Value } from "../../model/value.ts";
import { type Deletion, deletionsOf, isDeleted } from "./deletions.ts";
import { byFile, distinct, type Part, plainPart, type SetNote } from "./draft.ts";
import { folderOf, isWithin, joinPath, nameOf } from "./paths.ts";

/** How many kustomizations may build on one another; Kustomize has no limit, people need three. */
const maximumDepth = 64;

interface Kustomization {
  readonly folder: string;
  readonly document: ManifestDocument;
  readonly value: Mapping;
}

/** What a kustomization does to everything that it builds. */
interface Change {
  readonly namespace: string | null | undefined;
  readonly prefix: string;
  readonly suffix: string;
  /** Whether it adds labels to selectors or to the pods of workloads. */
  readonly labels: boolean;
}

interface Build {
  readonly parts: readonly Part[];
  /** What the kustomization, or a component of it, does to everything. */
  readonly change: Change;
}

/** The kustomizations of a tree, by folder, and what each builds. */
export interface Kustomizations {
  /** Folders of the kustomizations that no other one refers to. */
  readonly roots: readonly string[];
  has(folder: string): boolean;
  /** Folders of a kustomization and of all that it builds on. */
  folders(folder: string): ReadonlySet<string>;
  /** Kustomizations at or below a folder that no other one there refers to. */
  inside(folder: string): readonly string[];
  build(folder: string): readonly Part[];
  /** Files that a kustomization reads for something else than objects to apply: patches, generator input, … */
  readonly data: ReadonlySet<string>;
  readonly notes: readonly SetNote[];
}

/** Kustomize takes any of three file names; `apiVersion` and `kind` may be left out. */
export function isKustomization(document: ManifestDocument): boolean {
  if (!/^(kustomization\.ya?ml|Kustomization)$/.test(nameOf(document.file.path))) return false;
  if (!isMapping(document.value)) return false;
  const { apiVersion = "kustomize.config.k8s.io/", kind = "Kustomization" } = document.value;
  return (
    typeof apiVersion === "string" &&
    apiVersion.startsWith("kustomize.config.k8s.io/") &&
    (kind === "Kustomization" || kind === "Component")
  );
}

function texts(value: Value | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

function mappings(value: Value | undefined): readonly Mapping[] {
  return isList(value) ? value.filter(isMapping) : [];
}

function own(value: Mapping, key: string): Value | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function patchFiles({ value }: Kustomization): readonly string[] {
  const inItems = ["patches", "patchesJson6902"]
    .flatMap((key) => mappings(own(value, key)))
    .map((item) => own(item, "path"))
    .filter((path) => typeof path === "string");
  return [...inItems, ...texts(own(value, "patchesStrategicMerge"))];
}

function dataFiles({ value }: Kustomization): readonly string[] {
  const listed = ["configurations", "crds", "generators", "transformers", "validators"].flatMap((key) =>
    texts(own(value, key)),
  );
  const generated = ["configMapGenerator", "secretGenerator"]
    .flatMap((key) => mappings(own(value, key)))
    .flatMap((item) => texts(own(item, "files")))
    .map((file) => file.slice(file.indexOf("=") + 1));
  const replacements = mappings(own(value, "replacements"))
    .map((item) => own(item, "path"))
    .filter((path) => typeof path === "string");
  const values = mappings(own(value, "helmCharts"))
    .map((item) => own(item, "valuesFile"))
    .filter((path) => typeof path === "string");
  return [...listed, ...generated, ...replacements, ...values];
}

const noChange: Change = { namespace: undefined, prefix: "", suffix: "", labels: false };

function isFilled(value: Value | undefined): boolean {
  return isMapping(value) && Object.keys(value).length > 0;
}

function changeOf(value: Mapping): Change {
  const text = (key: string) => {
    const given = own(value, key);
    return typeof given === "string" ? given : "";
  };
  const namespace = text("namespace");
  const added = mappings(own(value, "labels")).some(
    (item) =>
      isFilled(own(item, "pairs")) &&
      (own(item, "includeSelectors") === true || own(item, "includeTemplates") === true),
  );
  return {
    namespace: namespace === "" ? undefined : isUnknown(namespace) ? null : namespace,
    prefix: text("namePrefix"),
    suffix: text("nameSuffix"),
    labels: added || isFilled(own(value, "commonLabels")),
  };
}

function changed(parts: readonly Part[], change: Change): Part[] {
  const { namespace, prefix, suffix, labels } = change;
  const renders = prefix !== "" || suffix !== "" || labels;
  if (namespace === undefined && !renders) return [...parts];
  return parts.map((part) => ({
    ...part,
    namespace: namespace === undefined ? part.namespace : namespace,
    ...(renders && {
      rendering: {
        affix: prefix + (part.rendering?.affix ?? "*") + suffix,
        labels: labels || (part.rendering?.labels ?? false),
      },
    }),
  }));
}

/**
 * Reads the kustomizations among a tree's documents. What each builds is told without Kustomize: its resources,
 * bases and components, patches as fragments, with the outermost `namespace:`, which replaces that of every
 * namespaced object (kubernetes-sigs/kustomize `api/filters/namespace/namespace.go`). Names and labels are read as
 * they are written; that something is added to them is told.
 */
export function readKustomizations(documents: readonly ManifestDocument[]): Kustomizations {
  const files = byFile(documents);
  const all = new Map<string, Kustomization>();
  for (const document of documents) {
    const folder = folderOf(document.file.path);
    if (all.has(folder) || !isKustomization(document) || !isMapping(document.value)) continue;
    all.set(folder, { folder, document, value: document.value });
  }

  const notes: SetNote[] = [];
  const data = new Set<string>();
  const uses = new Map<string, readonly string[]>();
  for (const kustomization of all.values()) {
    const { folder, document, value } = kustomization;
    for (const file of [...patchFiles(kustomization), ...dataFiles(kustomization)]) {
      data.add(joinPath(folder, file));
    }
    const references = ["resources", "bases", "components"].flatMap((key) => texts(own(value, key)));
    const targets = new Map(references.map((reference) => [reference, joinPath(folder, reference)]));
    uses.set(
      folder,
      [...targets.values()].filter((target) => target !== folder && all.has(target)),
    );
    for (const [reference, target] of targets) {
      if (!all.has(target) && !files.has(target)) {
        notes.push({ kind: "not followed", document, what: reference });
      }
    }
    for (const chart of mappings(own(value, "helmCharts"))) {
      const name = own(chart, "name");
      notes.push({ kind: "not followed", document, what: `chart ${typeof name === "string" ? name : ""}` });
    }
    for (const key of ["namePrefix", "nameSuffix"]) {
      const affix = own(value, key);
      if (typeof affix === "string" && affix !== "") notes.push({ kind: "renamed", document, what: affix });
    }
  }

  const usedBy = (folder: string) => uses.get(folder) ?? [];

  function folders(folder: string): ReadonlySet<string> {
    const found = new Set([folder]);
    for (const here of found) for (const target of usedBy(here)) found.add(target);
    return found;
  }

  const builds = new Map<string, Build>();
  const empty: Build = { parts: [], change: noChange };

  function partsOf(kustomization: Kustomization, key: string, depth: number): readonly Part[] {
    return texts(own(kustomization.value, key)).flatMap((reference) => {
      const target = joinPath(kustomization.folder, reference);
      if (all.has(target)) return buildOf(target, depth + 1).parts;
      return (files.get(target) ?? []).map((document) => plainPart(document));
    });
  }

  function deletionsIn({ folder, value }: Kustomization): readonly Deletion[] {
    const items = mappings(own(value, "patches")).flatMap((item) => {
      const [path, patch, target] = [own(item, "path"), own(item, "patch"), own(item, "target")];
      const documents = typeof path === "string" ? files.get(joinPath(folder, path)) : undefined;
      return deletionsOf(
        documents ?? [],
        typeof patch === "string" ? patch : null,
        isMapping(target) ? target : undefined,
      );
    });
    // Of this older list an item is a file or the patch itself.
    const older = texts(own(value, "patchesStrategicMerge")).flatMap((item) =>
      deletionsOf(files.get(joinPath(folder, item)) ?? [], item, undefined),
    );
    return [...items, ...older];
  }

  function make(kustomization: Kustomization, depth: number): Build {
    const { folder, document, value } = kustomization;
    let parts = [
      plainPart(document),
      ...partsOf(kustomization, "resources", depth),
      ...partsOf(kustomization, "bases", depth),
    ];
    let { namespace, prefix, suffix, labels } = noChange;
    // A component works on everything that its parent has gathered so far.
    for (const reference of texts(own(value, "components"))) {
      const { change, parts: added } = buildOf(joinPath(folder, reference), depth + 1);
      if (change.namespace !== undefined) namespace = change.namespace;
      prefix = change.prefix + prefix;
      suffix += change.suffix;
      labels ||= change.labels;
      parts = [...changed(parts, change), ...added];
    }
    const deletions = deletionsIn(kustomization);
    for (const { document: deleted } of parts.filter((part) => isDeleted(part, deletions))) {
      data.add(deleted.file.path);
    }
    parts = parts.filter((part) => !isDeleted(part, deletions));
    for (const file of patchFiles(kustomization)) {
      for (const patch of files.get(joinPath(folder, file)) ?? []) {
        parts.push({ ...plainPart(patch), form: "patch" });
      }
    }
    const stated = changeOf(value);
    const change = {
      namespace: stated.namespace === undefined ? namespace : stated.namespace,
      prefix: stated.prefix + prefix,
      suffix: suffix + stated.suffix,
      labels: stated.labels || labels,
    };
    return { parts: distinct(changed(parts, stated)), change };
  }

  function buildOf(folder: string, depth: number): Build {
    const known = builds.get(folder);
    if (known) return known;
    const kustomization = all.get(folder);
    if (!kustomization || depth > maximumDepth) return empty;
    // Whoever comes back here on a circle finds nothing more; Kustomize refuses circles.
    builds.set(folder, empty);
    const build = make(kustomization, depth);
    builds.set(folder, build);
    return build;
  }

  /** Those of some kustomizations that lead to all of them; of a circle, which Kustomize refuses, the first. */
  function rootsOf(candidates: readonly string[]): readonly string[] {
    const used = new Set(candidates.flatMap(usedBy));
    const roots = candidates.filter((folder) => !used.has(folder));
    const reached = new Set(roots.flatMap((root) => [...folders(root)]));
    for (const folder of candidates) {
      if (reached.has(folder)) continue;
      roots.push(folder);
      for (const member of folders(folder)) reached.add(member);
    }
    return roots;
  }

  const sorted = [...all.keys()].toSorted();
  return {
    roots: rootsOf(sorted),
    inside: (folder) => rootsOf(sorted.filter((candidate) => isWithin(candidate, folder))),
    has: (folder) => all.has(folder),
    folders,
    build: (folder) => buildOf(folder, 0).parts,
    data,
    notes,
  };
}
