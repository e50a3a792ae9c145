import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { portExclusion, portPaths, servicesExcludePort } from "./excluded-ports.ts";
import { readText, valueOr } from "./field.ts";
import { ports } from "./knative-ports.ts";
import { metricsState, podsExcludeMetrics } from "./metrics-port.ts";

/** A port that callers without a sidecar reach. */
export interface PlainPort {
  readonly port: number;
  /** Who calls it. */
  readonly caller: string;
}

const drain: PlainPort = { port: ports.queueAdmin, caller: "the kubelet's drain hook" };
const metrics: PlainPort = { port: ports.secureMetrics, caller: "Prometheus" };

export type SailPorts =
  | { readonly state: "not-applicable"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string }
  | {
      readonly state: "known";
      readonly lacking: readonly PlainPort[];
      /** What would tell whether there are more. */
      readonly needs: string | null;
      /** The field, and what it should say. */
      readonly path: Path;
      readonly text: string;
    };

/**
 * The ports that an `Istio` of the Serverless mesh should keep from the sidecars and does not: the field is one text
 * with commas (openshift-knative/serverless-operator `hack/lib/mesh_v3_resources/02_istio.yaml`).
 */
export function sailPorts(graph: Graph, istio: Resource): SailPorts {
  const measured = metricsState(graph);
  const asked = measured === "on" || measured === "unknown" ? [drain, metrics] : [drain];
  const lacking: PlainPort[] = [];
  let needs: string | null = null;
  for (const entry of asked) {
    const found = portExclusion(graph, istio, entry.port);
    if (found.state === "not-applicable" || found.state === "unknown") return found;
    if (found.state === "excluded") continue;
    const byPods = entry === drain ? servicesExcludePort(graph, entry.port) : podsExcludeMetrics(graph);
    if (byPods) continue;
    if (entry === metrics && measured === "unknown") needs = "whether metrics of Knative are on";
    else lacking.push(entry);
  }
  const path = portPaths(graph, istio).excluded;
  const old = valueOr(readText(istio, path), "");
  const text = [...(old === "" ? [] : [old]), ...lacking.map(({ port }) => String(port))].join(",");
  return { state: "known", lacking, needs, path, text };
}
