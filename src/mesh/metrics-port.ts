import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { operatorPods } from "./data-plane.ts";
import { podExcludesPort } from "./excluded-ports.ts";
import { valueOr } from "./field.ts";
import { injection } from "./injection.ts";
import { kinds } from "./kinds.ts";
import { ports } from "./knative-ports.ts";
import { type Backend, metricsBackend } from "./metrics-backend.ts";

/** The operators' resources whose components have metrics behind a port of their own. */
export const measuredKinds = [kinds.KnativeServing, kinds.KnativeEventing] as const;

/** Whether metrics are asked for from some component of the set. */
export function metricsState(graph: Graph): Backend["state"] | "nowhere" {
  const states = graph.all(...measuredKinds).map((operator) => metricsBackend(graph, operator).state);
  return (["on", "unknown", "off"] as const).find((state) => states.includes(state)) ?? "nowhere";
}

/** The pods with a sidecar whose metrics are collected. */
export function meshedPods(
  graph: Graph,
  operators: readonly Resource[],
): readonly { readonly workload: string; readonly pod: PodTemplate }[] {
  return operators
    .filter((operator) => metricsBackend(graph, operator).state === "on")
    .flatMap((operator) => operatorPods(graph, operator))
    .filter(({ pod }) => injection(graph, pod).state === "yes")
    .map(({ workload, pod }) => ({ workload: workload.name, pod }));
}

/** Whether all of them exclude the port themselves: then the mesh-wide list does not matter. */
export function podsExcludeMetrics(graph: Graph): boolean {
  const pods = meshedPods(graph, graph.all(...measuredKinds));
  return (
    pods.length > 0 && pods.every(({ pod }) => valueOr(podExcludesPort(pod, ports.secureMetrics), false))
  );
}
