import type { ManifestDocument } from "./document.ts";
import type { Location } from "./source.ts";
import { type Mapping, type Path, type Value, valueAt } from "./value.ts";

/**
 * Kind and group in kubectl's notation: `Gateway.networking.istio.io`, `Service` for the core group. Versions of
 * one kind (`v1alpha3`, `v1beta1`, `v1`) are one kind.
 */
export type Kind = string;

export interface ResourceId {
  readonly group: string;
  readonly kind: string;
  /** Null for cluster-scoped kinds, and where the namespace is not known: ask {@link Resource.scope}. */
  readonly namespace: string | null;
  readonly name: string;
}

/**
 * Where a resource comes from. A derived resource is what a controller will make of another one: a finding about
 * it is placed at `path` in its parent.
 */
export type Origin =
  | { readonly from: "document"; readonly document: ManifestDocument; readonly base: Path }
  | { readonly from: "derived"; readonly parent: Resource; readonly path: Path; readonly by: string };

/** What Kustomize does to an object beside giving it a namespace; it is read as it stands in its file. */
export interface Rendering {
  /** `team-*`: what is put around its name; `*`: nothing. Objects of one written name but other affixes differ. */
  readonly affix: string;
  /** Whether labels are added to it, to its selectors or to its pods. */
  readonly labels: boolean;
}

export interface Resource {
  readonly id: ResourceId;
  readonly kind: Kind;
  readonly apiVersion: string;
  /** `v1beta1` of `networking.istio.io/v1beta1`. */
  readonly version: string;
  readonly scope: "cluster" | "namespace";
  /** Null: not known (or cluster-scoped). A namespace that is not known decides nothing. */
  readonly namespace: string | null;
  readonly name: string;
  readonly value: Mapping;
  readonly origin: Origin;
  /** A patch fragment (Kustomize) lacks what its base has: absent fields say nothing. */
  readonly form: "full" | "patch";
  /** `own`: of the set. `context`: known to exist, never a finding's main place. `derived`: made by a controller. */
  readonly standing: "own" | "context" | "derived";
  /** Absent: it is applied as it stands. */
  readonly rendering?: Rendering;
}

/** `Gateway knative-serving/knative-local-gateway`, as messages name a resource. */
export function label(resource: Resource): string {
  const { namespace, name } = resource;
  return `${resource.id.kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
}

const idKeys = new WeakMap<Resource, string>();

/** A text that is equal for candidates of one object, and only for them. */
export function idKey(resource: Resource): string {
  const known = idKeys.get(resource);
  if (known !== undefined) return known;
  const { group, kind, namespace, name } = resource.id;
  const key = JSON.stringify([group, kind, namespace, name, resource.rendering?.affix ?? "*"]);
  idKeys.set(resource, key);
  return key;
}

/** The document and the path in it that a path of a resource stands for; a derived resource leads to its parent. */
export function sourceOf(
  resource: Resource,
  path: Path,
): {
  readonly document: ManifestDocument;
  readonly path: Path;
  /** The path of the resource itself in the document: not empty for items of a List. */
  readonly base: Path;
  readonly resource: Resource;
} {
  const { origin } = resource;
  if (origin.from === "derived") return sourceOf(origin.parent, origin.path);
  return { document: origin.document, path: [...origin.base, ...path], base: origin.base, resource };
}

const isNested = (value: Value | undefined): boolean => typeof value === "object" && value !== null;

/**
 * The place of a path: the value there (`"value"`; of a mapping or list its key) or its key (`"key"`). An absent path gives the key of the
 * nearest parent that exists; the object as a whole (no path, or not even a parent) is placed at its kind.
 */
export function locate(resource: Resource, path: Path, part: "value" | "key" = "value"): Location {
  const source = sourceOf(resource, path);
  const { places, file, span } = source.document;
  const { base } = source;
  // A mapping or list begins on the line below its key: the key is what a reader looks for.
  const nested =
    typeof source.path.at(-1) === "string" && isNested(valueAt(source.document.value, source.path));
  const exact = part === "key" || nested ? places.key(source.path) : places.value(source.path);
  if (exact && source.path.length > base.length) return { file, ...exact };
  for (let length = source.path.length - 1; length > base.length; length--) {
    const key = places.key(source.path.slice(0, length));
    if (key) return { file, ...key };
  }
  return { file, ...(places.value([...base, "kind"]) ?? span) };
}
