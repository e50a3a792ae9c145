import type { ManifestDocument } from "../../model/document.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isList, isMapping, type Mapping, type Value, valueAt } from "../../model/value.ts";
import { type Part, plainPart, type SetNote } from "./draft.ts";
import type { Kustomizations } from "./kustomize.ts";
import { folderOf, isWithin, type Tree } from "./paths.ts";
import { matchesWildcard } from "./wildcard.ts";

/** One Application, or one that an ApplicationSet makes, whose source lies in the tree. */
export interface Application {
  readonly name: string;
  readonly document: ManifestDocument;
  /** The cluster that it names; equal texts are one cluster. */
  readonly cluster: string;
  /** Folder of its (first) source. */
  readonly folder: string;
  readonly parts: readonly Part[];
  /** Folders of the kustomizations that it builds. */
  readonly kustomizations: readonly string[];
}

/** An ApplicationSet of a hostile tree could multiply without end. */
const maximumApplications = 1000;

type Parameters = ReadonlyMap<string, string>;

function textAt(value: Value | undefined, ...path: readonly string[]): string | null {
  const found = valueAt(value, path);
  return typeof found === "string" && found !== "" ? found : null;
}

function itemsAt(value: Value | undefined, ...path: readonly string[]): readonly Mapping[] {
  const found = valueAt(value, path);
  return isList(found) ? found.filter(isMapping) : [];
}

/** Whether a document is of the API group `argoproj.io`. */
export function isArgo({ value }: ManifestDocument): boolean {
  return textAt(value, "apiVersion")?.startsWith("argoproj.io/") ?? false;
}

/** Argo CD's two notations: `{{path.basename}}`, and `{{ .path.basename }}` of Go templates. */
function filled(text: string, parameters: Parameters): string {
  return text.replace(
    /\{\{\s*([\w.-]+)\s*\}\}/g,
    (whole, name: string) => parameters.get(name.replace(/^\./, "")) ?? whole,
  );
}

function ofDirectories(generator: Mapping, folders: readonly string[], tree: Tree): Parameters[] {
  const entries = itemsAt(generator, "git", "directories").flatMap((entry) => {
    const path = textAt(entry, "path");
    return path === null ? [] : [{ pattern: path, exclude: valueAt(entry, ["exclude"]) === true }];
  });
  return folders
    .map((folder) => tree.inRoot(folder))
    .filter(
      (folder) =>
        entries.some(({ pattern, exclude }) => !exclude && matchesWildcard(folder, pattern)) &&
        !entries.some(({ pattern, exclude }) => exclude && matchesWildcard(folder, pattern)),
    )
    .map((folder) => {
      const basename = folder.slice(folder.lastIndexOf("/") + 1);
      return new Map([
        ["path", folder],
        ["path.path", folder],
        ["path.basename", basename],
        ["path.basenameNormalized", basename.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-")],
      ]);
    });
}

function ofElements(generator: Mapping): Parameters[] {
  return itemsAt(generator, "list", "elements").map(
    (element) =>
      new Map(
        Object.entries(element).flatMap(([key, value]) =>
          typeof value === "object" ? [] : [[key, String(value)] as const],
        ),
      ),
  );
}

/** What a generator fills in; one that asks the cluster or an API gives a template with nothing filled. */
function parametersOf(generator: Mapping, folders: readonly string[], tree: Tree): readonly Parameters[] {
  const matrix = itemsAt(generator, "matrix", "generators");
  if (matrix.length > 0) {
    let rows: readonly Parameters[] = [new Map()];
    for (const inner of matrix) {
      const columns = [...ofDirectories(inner, folders, tree), ...ofElements(inner)];
      const others = columns.length === 0 ? [new Map<string, string>()] : columns;
      rows = rows
        .slice(0, maximumApplications)
        .flatMap((row) =>
          others.slice(0, maximumApplications / rows.length + 1).map((other) => new Map([...row, ...other])),
        );
    }
    return rows;
  }
  if (Object.hasOwn(generator, "git") || Object.hasOwn(generator, "list")) {
    return [...ofDirectories(generator, folders, tree), ...ofElements(generator)];
  }
  return [new Map()];
}

interface Template {
  readonly document: ManifestDocument;
  /** With `metadata` and `spec` of an Application. */
  readonly value: Mapping;
  readonly parameters: Parameters;
}

function templates(
  documents: readonly ManifestDocument[],
  folders: readonly string[],
  tree: Tree,
): readonly Template[] {
  const found: Template[] = [];
  for (const document of documents) {
    if (!isArgo(document) || !isMapping(document.value)) continue;
    const { kind } = document.value;
    if (kind === "Application") found.push({ document, value: document.value, parameters: new Map() });
    const template = valueAt(document.value, ["spec", "template"]);
    if (kind !== "ApplicationSet" || !isMapping(template)) continue;
    for (const generator of itemsAt(document.value, "spec", "generators")) {
      for (const parameters of parametersOf(generator, folders, tree)) {
        found.push({ document, value: template, parameters });
      }
    }
  }
  return found.slice(0, maximumApplications);
}

/** The objects of a plain folder: those in it, with `recurse` also below, by `include` and `exclude`. */
function directoryParts(
  folder: string,
  directory: Value | undefined,
  documents: readonly ManifestDocument[],
): readonly Part[] {
  const recurse = valueAt(directory, ["recurse"]) === true;
  const include = textAt(directory, "include");
  const exclude = textAt(directory, "exclude");
  return documents
    .filter(({ file }) => {
      const here = recurse ? isWithin(file.path, folder) : folderOf(file.path) === folder;
      if (!here || !/\.(ya?ml|json)$/.test(file.path)) return false;
      const name = folder === "." ? file.path : file.path.slice(folder.length + 1);
      if (include !== null && !matchesWildcard(name, include)) return false;
      return exclude === null || !matchesWildcard(name, exclude);
    })
    .map((document) => plainPart(document));
}

/**
 * The Argo CD Applications of a tree whose sources lie in it. A source is taken to be in this repository if its
 * path is there: which repository a clone came from, nobody says. `destination.namespace` is for objects that name
 * none (Argo CD manual, "Application specification").
 */
export function readApplications(
  documents: readonly ManifestDocument[],
  tree: Tree,
  kustomizations: Kustomizations,
): { readonly applications: readonly Application[]; readonly notes: readonly SetNote[] } {
  const folders = [...new Set(documents.map(({ file }) => folderOf(file.path)))]
    .filter((folder) => folder !== tree.root && isWithin(folder, tree.root))
    .toSorted();
  const applications: Application[] = [];
  const notes: SetNote[] = [];

  for (const { document, value, parameters } of templates(documents, withParents(folders, tree.root), tree)) {
    const read = (...path: readonly string[]) => {
      const text = textAt(value, ...path);
      return text === null ? null : filled(text, parameters);
    };
    const namespace = read("spec", "destination", "namespace");
    const fallback = namespace === null || isUnknown(namespace) ? null : namespace;
    const source = valueAt(value, ["spec", "source"]);
    const sources = isMapping(source) ? [source] : itemsAt(value, "spec", "sources");
    const parts: Part[] = [];
    const built: string[] = [];
    const followed: string[] = [];
    for (const one of sources) {
      const written = textAt(one, "path");
      // A chart of a registry, or a source that only lends values.
      if (written === null) continue;
      const path = filled(written, parameters);
      const folder = tree.fromRoot(path.replace(/^\/+/, ""));
      const isBuilt = kustomizations.has(folder);
      const found = isBuilt
        ? kustomizations.build(folder)
        : directoryParts(folder, valueAt(one, ["directory"]), documents);
      if (found.length === 0) {
        notes.push({ kind: "not followed", document, what: path });
        continue;
      }
      const replaced = textAt(one, "kustomize", "namespace");
      const override = replaced === null ? undefined : filled(replaced, parameters);
      for (const part of found) {
        const moved =
          override === undefined || !isBuilt ? part.namespace : isUnknown(override) ? null : override;
        parts.push({ ...part, namespace: moved, fallback });
      }
      if (isBuilt) built.push(folder);
      followed.push(folder);
    }
    const [folder] = followed;
    if (folder === undefined) continue;
    const server = read("spec", "destination", "server");
    const cluster = read("spec", "destination", "name") ?? server ?? "in-cluster";
    applications.push({
      name: read("metadata", "name") ?? folder,
      document,
      cluster: /^https:\/\/kubernetes\.default\.svc\b/.test(cluster) ? "in-cluster" : cluster,
      folder,
      parts,
      kustomizations: built,
    });
  }
  return { applications, notes };
}

/** Folders with all that hold them, below the root. */
function withParents(folders: readonly string[], root: string): readonly string[] {
  const all = new Set<string>();
  for (const folder of folders) {
    for (let here = folder; here !== root && !all.has(here); here = folderOf(here)) all.add(here);
  }
  return [...all].toSorted();
}
