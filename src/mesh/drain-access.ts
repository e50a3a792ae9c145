import type { Graph } from "../model/graph.ts";
import { excludesPort } from "./excluded-ports.ts";
import { namespaceMode } from "./mtls.ts";
import { serverlessMesh } from "./serverless-mesh.ts";
import { drainPort } from "./tenant-policies.ts";

/**
 * How the kubelet's call of the hook that ends a pod fares in a namespace. `open`: it bypasses the proxy, for all that
 * is known. `plain`: the proxy asks the policies. `strict`: the proxy refuses the kubelet, which has no certificate.
 */
export function drainAccess(graph: Graph, namespace: string): "open" | "plain" | "strict" {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return "open";
  const isExcluded = found.mesh.controlPlanes.some(({ resource }) => {
    const answer = excludesPort(graph, resource, drainPort);
    return answer.state === "value" && answer.value;
  });
  if (isExcluded) return "open";
  const mode = namespaceMode(graph, namespace, found.mesh);
  return mode.state === "known" && mode.mode === "STRICT" ? "strict" : "plain";
}
