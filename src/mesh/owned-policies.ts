import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { kinds } from "./kinds.ts";
import type { Mesh } from "./meshes.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** Whether the operator of Service Mesh 2 makes an object of the name of some PeerAuthentication or DestinationRule. */
export type Ownership =
  | { readonly state: "no"; readonly why: string }
  | { readonly state: "yes"; readonly mesh: Mesh }
  | { readonly state: "unknown"; readonly needs: string };

/** Names of the operator's own (maistra/istio-operator `resources/helm/v2.5/mesh-config/templates`). */
const ownNames: ReadonlySet<string> = new Set([
  `${kinds.PeerAuthentication} default`,
  `${kinds.DestinationRule} default`,
  `${kinds.DestinationRule} api-server`,
]);

/** Whether a name is one that the operator uses, in whatever namespace. */
export function isOperatorName({ kind, name }: Resource): boolean {
  return ownNames.has(`${kind} ${name}`);
}

/**
 * Whether the operator owns an object of this name in the control plane's namespace: the PeerAuthentication in any
 * case, the DestinationRules where the control plane turns mutual TLS on (definition D8).
 */
export function ownedByOperator(graph: Graph, resource: Resource): Ownership {
  const found = serverlessMesh(graph);
  if (found.state === "none") return { state: "no", why: found.why };
  const { namespace } = resource;
  if (namespace === null) return { state: "unknown", needs: "the namespace" };
  if (found.state === "unknown") return { state: "unknown", needs: found.needs };
  const mesh = found.all
    .map((one) => one.mesh)
    .find((one) => one.family === "ossm2" && one.namespace === namespace);
  if (!mesh)
    return { state: "no", why: `${namespace} has no control plane of Serverless, of Service Mesh 2` };
  if (resource.kind === kinds.PeerAuthentication) return { state: "yes", mesh };
  const made = graph.named(resource.kind, namespace, resource.name);
  if (made.some(({ standing }) => standing === "derived")) return { state: "yes", mesh };
  const policies = graph.named(kinds.PeerAuthentication, namespace, "default");
  const told = policies.some(({ standing }) => standing === "derived");
  return told
    ? { state: "no", why: "the control plane leaves mutual TLS off" }
    : { state: "unknown", needs: "whether the control plane turns mutual TLS on" };
}
