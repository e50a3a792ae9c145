import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, type Path, type Value, valueAt } from "../model/value.ts";
import { read, readText, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { ports, requestPorts } from "./knative-ports.ts";
import { type Membership, membership } from "./membership.ts";
import type { Mesh } from "./meshes.ts";
import { systemNamespaces } from "./namespaces.ts";
import { applicationNamespaces } from "./network-policies.ts";
import { portsForAll } from "./plain-tls.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

const portLevels: Path = ["spec", "portLevelMtls"];

/** Whether a mode lets in callers without a certificate. */
export function takesPlain(mode: string): boolean {
  return mode === "PERMISSIVE" || mode === "DISABLE";
}

const selectorOf = (policy: Resource): Readonly<Record<string, Value>> => {
  const labels = valueAt(policy.value, ["spec", "selector", "matchLabels"]);
  return isMapping(labels) ? labels : {};
};

/** Whether Knative has pods that a policy is about: all of its namespaces, and what selects revisions anywhere. */
export function isAboutKnative(graph: Graph, policy: Resource, mesh: Mesh): boolean {
  const { namespace } = policy;
  const revisions = Object.keys(selectorOf(policy)).some((key) => key.startsWith("serving.knative.dev/"));
  if (namespace === null || revisions) return true;
  // What counts for the whole mesh is judged with its control plane.
  const system = systemNamespaces(graph).has(namespace) && namespace !== mesh.namespace;
  return system || applicationNamespaces(graph).has(namespace);
}

/** Service Mesh 3 material of the product lets the autoscaler's pods be called without a certificate. */
export function isAcceptedAutoscaler(policy: Resource, mesh: Mesh, mode: string): boolean {
  const labels = selectorOf(policy);
  const isAutoscaler = labels.app === "autoscaler" && Object.keys(labels).length === 1;
  return (
    mesh.family === "ossm3" && mode === "PERMISSIVE" && policy.namespace === servingNamespace && isAutoscaler
  );
}

/** Whether requests arrive at a port of the pods that a policy selects; null: plain callers are meant to reach it. */
function isRequestPort(graph: Graph, policy: Resource, port: number): boolean | null {
  if (portsForAll.includes(port)) return null;
  const webhook = Object.values(selectorOf(policy)).some((value) => String(value).includes("webhook"));
  if (port === ports.webhook && webhook) return null;
  if (requestPorts.includes(port)) return true;
  // Elsewhere these are ports of the application, behind the queue-proxy.
  const isSystem = policy.namespace !== null && systemNamespaces(graph).has(policy.namespace);
  const listens = [ports.receiverHttp, ports.receiverHttps, ports.localGateway] as readonly number[];
  return isSystem && listens.includes(port);
}

function portsIn(policy: Resource): readonly string[] {
  const levels = read(policy, portLevels);
  return levels.state === "value" && isMapping(levels.value) ? Object.keys(levels.value) : [];
}

/** `portLevelMtls` of a policy without labels to select by, which Istio refuses; null: it is right. */
export function portsWithoutSelector(policy: Resource): Path | null {
  return portsIn(policy).length > 0 && Object.keys(selectorOf(policy)).length === 0 ? portLevels : null;
}

/** A single port that takes callers without a certificate although nobody without one is meant to reach it. */
export interface PlainPort {
  readonly port: string;
  readonly path: Path;
  /** Requests to Knative arrive there. */
  readonly takesRequests: boolean;
}

/** The ports at which a PeerAuthentication takes plain callers. */
export function plainPorts(graph: Graph, policy: Resource): readonly PlainPort[] {
  return portsIn(policy).flatMap((port): readonly PlainPort[] => {
    const path = [...portLevels, port, "mode"];
    const takesRequests = isRequestPort(graph, policy, Number(port));
    const isPlain = takesPlain(valueOr(readText(policy, path), ""));
    return isPlain && takesRequests !== null ? [{ port, path, takesRequests }] : [];
  });
}

export type MeshConcerned =
  | { readonly state: "found"; readonly mesh: Mesh }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** The mesh of Serverless, where a PeerAuthentication or DestinationRule may be about pods of Knative. */
export function meshConcerned(graph: Graph, resource: Resource): MeshConcerned {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return found;
  const isOther = resource.kind === kinds.PeerAuthentication && !isAboutKnative(graph, resource, found.mesh);
  return isOther ? { state: "none", why: "it is about no pods of Knative" } : found;
}

/**
 * Why such a policy or rule has no effect in the mesh: its namespace is no member, or may not be one. Null: it counts,
 * as DestinationRules of the root namespace do everywhere.
 */
export function standing(
  graph: Graph,
  { kind, namespace }: Resource,
  mesh: Mesh,
): Exclude<Membership, { readonly state: "member" }> | null {
  if (kind === kinds.DestinationRule && namespace === mesh.namespace) return null;
  const home = membership(graph, namespace, mesh);
  return home.state === "member" ? null : home;
}
