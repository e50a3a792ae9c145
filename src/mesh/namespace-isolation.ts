import type { Graph } from "../model/graph.ts";
import { membership } from "./membership.ts";
import type { Mesh } from "./meshes.ts";
import { systemNamespaces } from "./namespaces.ts";
import { admitsMesh, applicationNamespaces, managesNetworkPolicies } from "./network-policies.ts";

/** Whether the NetworkPolicies of a namespace in the mesh let its calls in, where one of them selects every pod. */
export type NamespaceIsolation =
  | { readonly state: "isolated" | "admitted" }
  | { readonly state: "not-applicable"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Judges by effect: what a policy is called, and who made it, does not matter. */
export function isolation(graph: Graph, namespace: string, mesh: Mesh): NamespaceIsolation {
  const home = membership(graph, namespace, mesh);
  if (home.state === "unknown") return { state: "unknown", needs: home.needs };
  if (home.state === "not-member") return { state: "not-applicable", why: home.why };
  const concerned = systemNamespaces(graph).has(namespace) || applicationNamespaces(graph).has(namespace);
  // Service Mesh 3 watches every namespace: whatever else lives there is no part of it.
  if (mesh.family === "ossm3" && !concerned)
    return { state: "not-applicable", why: `nothing of Serverless is in ${namespace}` };
  const managed = managesNetworkPolicies(graph, mesh);
  if (managed.state === "unknown") return { state: "unknown", needs: managed.why };
  if (managed.state === "absent" || managed.value) return { state: "admitted" };
  const admitted = admitsMesh(graph, namespace, mesh);
  if (admitted === "unknown")
    return { state: "unknown", needs: `whether the NetworkPolicies of ${namespace} admit the mesh` };
  return { state: admitted === "yes" ? "admitted" : "isolated" };
}
