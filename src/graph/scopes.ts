import type { Kind } from "../model/resource.ts";

const clusterScoped: ReadonlySet<Kind> = new Set<Kind>([
  "ClusterIssuer.cert-manager.io",
  "ClusterRole.rbac.authorization.k8s.io",
  "CustomResourceDefinition.apiextensions.k8s.io",
  "GatewayClass.gateway.networking.k8s.io",
  "Istio.sailoperator.io",
  "IstioCNI.sailoperator.io",
  "IstioRevision.sailoperator.io",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass.scheduling.k8s.io",
  "RuntimeClass.node.k8s.io",
  "StorageClass.storage.k8s.io",
]);

/** Whether objects of a kind that references lead to have no namespace. */
export function isClusterScoped(kind: Kind): boolean {
  return clusterScoped.has(kind);
}

/** `Gateway` of `Gateway.networking.istio.io`. */
export function kindName(kind: Kind): string {
  const dot = kind.indexOf(".");
  return dot < 0 ? kind : kind.slice(0, dot);
}
