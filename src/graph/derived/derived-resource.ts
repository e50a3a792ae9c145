import type { Kind, Resource } from "../../model/resource.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";

/** What a controller makes of `parent`. */
export interface Derivation {
  readonly parent: Resource;
  /** The field of the parent that a finding about the derived resource is placed at. */
  readonly path: Path;
  /** Who makes it: `the Service Mesh operator`. */
  readonly by: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly labels?: Mapping;
  readonly annotations?: Mapping;
  /** Everything beside apiVersion, kind and metadata. */
  readonly body: Mapping;
  /** `patch`: it will exist, but fields that depend on what is not in the set are left out. */
  readonly form?: "full" | "patch";
}

/** A namespaced resource that a controller derives from another one, as if it stood in the parent's file. */
export function derivedResource(from: Derivation): Resource {
  const slash = from.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : from.apiVersion.slice(0, slash);
  const kind: Kind = group === "" ? from.kind : `${from.kind}.${group}`;
  const { namespace, name } = from;
  const metadata: Record<string, Value> = { name };
  if (namespace !== null) metadata.namespace = namespace;
  if (from.labels) metadata.labels = from.labels;
  if (from.annotations) metadata.annotations = from.annotations;
  return {
    id: { group, kind: from.kind, namespace, name },
    kind,
    apiVersion: from.apiVersion,
    version: from.apiVersion.slice(slash + 1),
    scope: "namespace",
    namespace,
    name,
    value: { apiVersion: from.apiVersion, kind: from.kind, metadata, ...from.body },
    origin: { from: "derived", parent: from.parent, path: from.path, by: from.by },
    form: from.form ?? "full",
    standing: "derived",
  };
}

/** The entries of several mappings in one; later ones win. Keys of a manifest are data, `__proto__` included. */
export function merged(...mappings: readonly (Mapping | null | undefined)[]): Mapping {
  return Object.fromEntries(mappings.flatMap((mapping) => Object.entries(mapping ?? {})));
}
