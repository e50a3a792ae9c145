import type { Graph, PodTemplate } from "../../model/graph.ts";
import { excludesPort, podExcludesPort } from "../excluded-ports.ts";
import { meshesOf } from "../membership.ts";
import { workloadMode } from "../mtls.ts";

/** Whether callers without a mesh certificate reach a port of a pod with a sidecar. */
export type Reachability =
  { readonly state: "open" | "refused" } | { readonly state: "unknown"; readonly needs: string };

const unknown = (needs: string): Reachability => ({ state: "unknown", needs });

/**
 * Whether the API server, which has no certificate of the mesh, reaches a port of a pod with a sidecar: the sidecar
 * leaves the port alone, or takes callers without a certificate (knative-extensions/net-istio
 * `config/400-webhook-peer-authentication.yaml`).
 */
export function reachability(graph: Graph, pod: PodTemplate, port: number): Reachability {
  const own = podExcludesPort(pod, port);
  if (own.state === "unknown") return unknown(own.why);
  if (own.state === "value" && own.value) return { state: "open" };
  const home = meshesOf(graph, pod.namespace);
  if (home.state === "none") return { state: "open" };
  if (home.state === "unknown") return unknown(home.needs);
  // The annotation takes the place of the mesh-wide list.
  const planes = own.state === "value" ? [] : home.mesh.controlPlanes;
  for (const { resource } of planes) {
    const excluded = excludesPort(graph, resource, port);
    if (excluded.state === "unknown") return unknown(excluded.why);
    if (excluded.state === "value" && excluded.value) return { state: "open" };
  }
  const mode = workloadMode(graph, pod, home.mesh, port);
  if (mode.state === "unknown") return mode;
  return { state: mode.mode === "STRICT" ? "refused" : "open" };
}
