import type { Mapping } from "./value.ts";

/** A kind as a server serves it, in the version that the server prefers unless another one is asked for. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The resource of its path: `knativeservings`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** A server's address, and what it calls itself. */
export interface ServerVersion {
  /** `v1.27.4`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** A field that another manager owns. */
export interface FieldConflict {
  readonly manager: string;
  /** As the server writes it: `.spec.replicas`. */
  readonly field: string;
}

/**
 * Why a server did not do what it was asked for.
 * - `unreachable`: no answer: the network, a wrong address, TLS.
 * - `unauthorized`, `forbidden`: credentials that are missing, wrong or too old; permissions that are missing.
 * - `not-found`: the object, or the kind.
 * - `conflict`: another manager owns fields; or the object has changed meanwhile, with no fields named.
 * - `invalid`: the object does not fit its schema or a validation of the server.
 * - `rejected`: an admission webhook, a policy or a quota.
 * - `timeout`: no answer in time. Whether the server did it is not known.
 * - `busy`: the server asks to come back later, and kept doing so.
 * - `server`: any other refusal or fault.
 */
export type ClusterProblemKind =
  | "unreachable"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "invalid"
  | "rejected"
  | "timeout"
  | "busy"
  | "server";

/** A refusal of a server, or none of its answers. The message holds no credentials and no values of objects. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly problem: ClusterProblemKind;
  readonly status: number | null;
  readonly conflicts: readonly FieldConflict[];
  /** The fields that the server names, with what it says about them. */
  readonly causes: readonly { readonly field: string; readonly message: string }[];

  constructor(
    problem: ClusterProblemKind,
    message: string,
    more: {
      readonly status?: number | null;
      readonly conflicts?: readonly FieldConflict[];
      readonly causes?: readonly { readonly field: string; readonly message: string }[];
    } = {},
  ) {
    super(message);
    this.problem = problem;
    this.status = more.status ?? null;
    this.conflicts = more.conflicts ?? [];
    this.causes = more.causes ?? [];
  }
}

export interface ListOptions {
  /** Null or absent: all namespaces. */
  readonly namespace?: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ApplyOptions {
  /** The server says what it would do, and does nothing. */
  readonly dryRun: boolean;
  /** Take over the fields of other managers. */
  readonly force: boolean;
}

/**
 * A cluster, as snapshot, plan and apply see it. Every call fails with a {@link ClusterError}. Calls that only read are
 * repeated a few times when the network or the server falters; writes only where repeating is safe.
 */
export interface Cluster {
  /** `https://api.example.com:6443`. */
  readonly server: string;
  /** The context of the kubeconfig; null inside of a cluster. */
  readonly context: string | null;
  version(): Promise<ServerVersion>;
  /** Every kind that the server serves, one entry for each version. Read once. */
  kinds(): Promise<readonly ServedKind[]>;
  /** Forgets what `kinds` said: a CustomResourceDefinition was just applied. */
  forgetKinds(): void;
  /** All objects of a kind, read in pages. */
  list(kind: ServedKind, options?: ListOptions): Promise<readonly Mapping[]>;
  /** An object; null where there is none. */
  get(kind: ServedKind, namespace: string | null, name: string): Promise<Mapping | null>;
  /** Server-side apply as manager `meshlint`; what the server has afterwards, or would have. */
  apply(kind: ServedKind, object: Mapping, options: ApplyOptions): Promise<Mapping>;
  /** Creates an object; `conflict` where it exists. */
  create(kind: ServedKind, object: Mapping): Promise<Mapping>;
  /** Replaces an object that carries the `resourceVersion` it was read with; `conflict` where it has changed since. */
  replace(kind: ServedKind, object: Mapping): Promise<Mapping>;
  /** Ends connections; the cluster is of no use afterwards. */
  close(): void;
}

/** The manager of the fields that meshlint applies. */
export const fieldManager = "meshlint";
