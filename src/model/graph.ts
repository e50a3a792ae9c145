import type { Profile } from "./profile.ts";
import type { Kind, Resource } from "./resource.ts";
import type { Layer, ResourceSet } from "./set.ts";
import type { Mapping, Path } from "./value.ts";

/**
 * What a reference leads to. `found` holds every candidate. `absent`: the set owns the layer, or a context is
 * complete for it, and the object is not there. `outside`: it may exist elsewhere; `why` says what would tell.
 */
export type Target =
  | { readonly state: "found"; readonly resources: readonly Resource[] }
  | { readonly state: "absent" }
  | { readonly state: "outside"; readonly why: string };

export type EdgeKind =
  "owns" | "selects" | "routes to" | "member of" | "references" | "injects" | "derived from";

export interface Edge {
  readonly kind: EdgeKind;
  readonly from: Resource;
  /** The field of `from` that makes the edge. */
  readonly path: Path;
  /** What the field names, as text: `Secret istio-system/wildcard-certs`. */
  readonly wanted: string;
  readonly target: Target;
}

/** The pods that a workload will run: of a Deployment, Job, Pod, Knative Service, ContainerSource, … */
export interface PodTemplate {
  readonly resource: Resource;
  readonly namespace: string | null;
  /** Path of the template's metadata in the resource. */
  readonly metadata: Path;
  /** Only values that are strings; the API server refuses the others. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Mapping;
  readonly specPath: Path;
}

/**
 * A set's resources, those of its context and those that controllers will derive, with their edges. Every list is
 * sorted (namespace, name, file, place), so the order of files never shows.
 */
export interface Graph {
  readonly set: ResourceSet;
  readonly profile: Profile;
  readonly resources: readonly Resource[];
  /** Full definitions of these kinds, context and derived ones included; patch fragments are left out. */
  all(...kinds: readonly Kind[]): readonly Resource[];
  /** The set's own full definitions of these kinds: what a finding may be about. */
  own(...kinds: readonly Kind[]): readonly Resource[];
  /** The set's own objects of these kinds, patch fragments included. */
  fragments(...kinds: readonly Kind[]): readonly Resource[];
  /** Every candidate of an object. A candidate whose namespace is not known may be any namespace's: `maybe`. */
  named(kind: Kind, namespace: string | null, name: string): readonly Resource[];
  /** As {@link named}, and what it means that there is none. */
  find(kind: Kind, namespace: string | null, name: string, layer: Layer | null): Target;
  /** What an object of the set is in the cluster now, status included; null: not there, or no cluster to look at. */
  live(resource: Resource): Resource | null;
  owns(layer: Layer): boolean;
  /** Pod templates of all workloads; of those in one namespace. */
  pods(namespace?: string): readonly PodTemplate[];
  /** The pod template(s) of one resource; empty for kinds without pods. */
  podsOf(resource: Resource): readonly PodTemplate[];
  readonly edges: readonly Edge[];
  out(from: Resource, kind?: EdgeKind): readonly Edge[];
  into(to: Resource, kind?: EdgeKind): readonly Edge[];
}
