import type { Kind } from "./resource.ts";
import { type Layer, layers } from "./set.ts";
import { isList, isMapping, type Value } from "./value.ts";

/** A kind of which a cluster's objects could not be read, and why: what it holds is unknown, not absent. */
export interface Unread {
  readonly kind: Kind;
  readonly reason: string;
}

/** How much of a cluster a snapshot shows. */
export interface SnapshotHead {
  /** Null: all namespaces. */
  readonly namespaces: readonly string[] | null;
  readonly unread: readonly Unread[];
}

/** The first document of a snapshot's file is a `Snapshot` of this version. */
export const snapshotApi = "meshlint/v1";

/** What each layer is made of, where that is not plain from its rules. */
const kindsOfLayer: Readonly<Record<Layer, RegExp>> = {
  mesh: /\.(?:maistra\.io|sailoperator\.io|operator\.istio\.io|security\.istio\.io|networking\.istio\.io)$|^Namespace$/,
  gateways: /^(?:Gateway\.networking\.istio\.io|Service|Deployment\.apps)$/,
  serverless: /\.(?:operator\.knative\.dev|operator\.serverless\.openshift\.io)$/,
  tenants: /^(?:AuthorizationPolicy\.security\.istio\.io|Namespace)$/,
  kafka: /^(?:ServiceEntry\.networking\.istio\.io|KnativeKafka\.|Kafka)/,
  certificates: /^(?:Secret|Certificate\.cert-manager\.io|ExternalSecret\.|SealedSecret\.)/,
  nodes: /^(?:Node|Machine)|machine/i,
  admission: /admissionregistration|apiregistration|apiextensions|^Service$/,
  peerpods: /kataconfiguration|confidentialcontainers|^RuntimeClass/,
};

/** For which layers what a snapshot does not hold does not exist: `true` for all, if it read everything. */
export function completeness({ namespaces, unread }: SnapshotHead): true | readonly Layer[] {
  if (namespaces !== null) return [];
  if (unread.length === 0) return true;
  return layers.filter((layer) => !unread.some(({ kind }) => kindsOfLayer[layer].test(kind)));
}

/** What the first document of a snapshot's file says; null for any other document. */
export function readHead(value: Value | undefined): SnapshotHead | null {
  if (!isMapping(value) || value.apiVersion !== snapshotApi || value.kind !== "Snapshot") return null;
  const { namespaces = null, unread = null } = value;
  return {
    namespaces: isList(namespaces) ? namespaces.map(String) : null,
    unread: (isList(unread) ? unread : []).flatMap((item) =>
      isMapping(item) ? [{ kind: String(item.kind), reason: String(item.reason) }] : [],
    ),
  };
}
