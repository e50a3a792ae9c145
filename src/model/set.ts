import type { ManifestDocument } from "./document.ts";
import type { ProfileKey } from "./profile.ts";
import type { Resource } from "./resource.ts";

/** Parts of the platform that a set can be responsible for (a rule about a missing object needs its layer owned). */
export const layers = [
  "mesh",
  "gateways",
  "serverless",
  "tenants",
  "kafka",
  "certificates",
  "nodes",
  "admission",
  "peerpods",
] as const;
export type Layer = (typeof layers)[number];

/** What is known to exist beside the set. */
export interface Context {
  readonly resources: readonly Resource[];
  /** Layers for which what is not in the context does not exist; `true` for all of them. */
  readonly complete: true | readonly Layer[];
  /** Stated facts: members of the roll in a control plane's namespace. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** They are a cluster's objects as they are now: what the set defines too is what it will replace there. */
  readonly live?: boolean;
}

export interface Tenant {
  readonly name: string;
  readonly namespaces: readonly string[];
}

/** The resources that end up in one cluster. */
export interface ResourceSet {
  readonly name: string;
  /** Folder of the set, relative to the working directory; `.` for the whole tree. */
  readonly path: string;
  readonly documents: readonly ManifestDocument[];
  readonly resources: readonly Resource[];
  readonly context: Context;
  /** Layers that the config says are owned; those that follow from the resources are told by the graph. */
  readonly owns: readonly Layer[];
  /** A Kustomization or an Argo CD Application applies all of it: two full definitions of an object are a mistake. */
  readonly appliedAsWhole: boolean;
  readonly tenants: readonly Tenant[];
  /** Values of the profile that option or config give, as text. */
  readonly profile: {
    readonly option: Readonly<Partial<Record<ProfileKey, string>>>;
    readonly config: Readonly<Partial<Record<ProfileKey, string>>>;
  };
}
