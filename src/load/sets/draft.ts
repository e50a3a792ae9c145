import type { ManifestDocument } from "../../model/document.ts";
import type { Rendering } from "../../model/resource.ts";
import { isList, isMapping, type Path, type Value, valueAt } from "../../model/value.ts";
import { nameOf } from "./paths.ts";

/** A document on its way into a set. */
export interface Part {
  readonly document: ManifestDocument;
  readonly form: "full" | "patch";
  /** The namespace that replaces the objects' own; null: replaced by one that is not known. */
  readonly namespace: string | null | undefined;
  /** The namespace of objects that name none. */
  readonly fallback: string | null;
  /** Absent: the objects are applied as they stand. */
  readonly rendering?: Rendering;
}

/** A set before its resources are made. */
export interface Draft {
  readonly name: string;
  readonly path: string;
  readonly parts: readonly Part[];
  readonly appliedAsWhole: boolean;
}

/** Something that discovery saw and could not follow; for the summary and `--verbose`. */
export interface SetNote {
  readonly kind: "not followed" | "renamed" | "outside every set";
  readonly document: ManifestDocument;
  /** What is meant: the reference as written, the prefix; empty for a document. */
  readonly what: string;
}

const maximumDepth = 100;

function holdsDirective(value: Value, depth: number): boolean {
  if (depth > maximumDepth) return false;
  if (isList(value)) return value.some((item) => holdsDirective(item, depth + 1));
  if (!isMapping(value)) return false;
  return (
    Object.hasOwn(value, "$patch") || Object.values(value).some((item) => holdsDirective(item, depth + 1))
  );
}

/** Whether a document has a directive of strategic merge patches, which no complete object has. */
export function isDirective(document: ManifestDocument): boolean {
  return (
    document.file.text.includes("$patch") && document.value !== undefined && holdsDirective(document.value, 0)
  );
}

/** A document that is applied as it stands. */
export function plainPart(document: ManifestDocument, fallback: string | null = null): Part {
  const form = isDirective(document) ? "patch" : "full";
  return { document, form, namespace: undefined, fallback };
}

/**
 * Whether a path says that its documents are patches: `manager_image_patch.yaml`, `patches/replicas.yaml`. Only for
 * what no kustomization lists as a resource.
 */
function isPatchName(path: string): boolean {
  return /(?:^|\/)patch(?:es)?\/|(?:^|[/._-])patch(?:es)?(?:[._-][^/]*)?$/.test(path);
}

/** Whether a document changes a workload that stands elsewhere: every whole one has a selector. */
function isPieceOfWorkload({ value }: ManifestDocument): boolean {
  const at = (...path: Path): Value | null => valueAt(value ?? undefined, path) ?? null;
  const kind = at("kind");
  const isWorkload = kind === "Deployment" || kind === "StatefulSet" || kind === "DaemonSet";
  return isWorkload && at("apiVersion") === "apps/v1" && at("spec", "selector") === null;
}

/**
 * A document that nothing says is applied: it may be a patch that lies beside a kustomization.
 *
 * @param kustomized whether its folder has a kustomization, which does not list it
 */
export function unlistedPart(document: ManifestDocument, kustomized: boolean): Part {
  const part = plainPart(document);
  const isPatch = isPatchName(document.file.path) || (kustomized && isPieceOfWorkload(document));
  return isPatch ? { ...part, form: "patch" } : part;
}

/** Documents by the path of their file. */
export function byFile(
  documents: readonly ManifestDocument[],
): ReadonlyMap<string, readonly ManifestDocument[]> {
  const files = new Map<string, ManifestDocument[]>();
  for (const document of documents) {
    const known = files.get(document.file.path);
    if (known) known.push(document);
    else files.set(document.file.path, [document]);
  }
  return files;
}

/** Each document once for every namespace and name it ends up with, in the order of the first. */
export function distinct(parts: readonly Part[]): readonly Part[] {
  const seen = new Map<ManifestDocument, Part[]>();
  return parts.filter((part) => {
    const known = seen.get(part.document);
    if (!known) {
      seen.set(part.document, [part]);
      return true;
    }
    const repeated = known.some(
      ({ namespace, form, rendering }) =>
        namespace === part.namespace &&
        form === part.form &&
        (rendering?.affix ?? "*") === (part.rendering?.affix ?? "*"),
    );
    if (!repeated) known.push(part);
    return !repeated;
  });
}

/** Names of sets: the last step of the path, the whole path where two would be called the same. */
export function named<Some extends Draft>(drafts: readonly Some[]): readonly Some[] {
  const shortNames = drafts.map((draft) => draft.name);
  const used = new Set<string>();
  return drafts.map((draft) => {
    const alone = shortNames.filter((name) => name === draft.name).length === 1;
    let name = alone ? draft.name : draft.path;
    for (let number = 2; used.has(name); number++) name = `${draft.path}#${number}`;
    used.add(name);
    return name === draft.name ? draft : { ...draft, name };
  });
}

/** The short name of a folder's set. */
export function shortName(folder: string): string {
  const name = nameOf(folder);
  return name === "." || name === ".." || name === "" ? "default" : name;
}
