import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import { annotation } from "../mesh/field.ts";
import type { Reading } from "../mesh/field.ts";
import { kinds } from "../mesh/kinds.ts";
import { servingNamespace } from "../mesh/knative-gateways.ts";
import { labelsOf } from "../mesh/label-match.ts";
import { once, oncePer } from "../mesh/memo.ts";
import { configValue } from "../mesh/operator-config.ts";
import type { Endpoint } from "./endpoint.ts";
import { activatorLabels, endpointOf, isActivator, settingsOf } from "./endpoint.ts";

/** Which ways a request may take from the route to the pods of a Knative Service. */
export interface BackendPaths {
  readonly activator: boolean;
  readonly direct: boolean;
  /** Why, for people. */
  readonly why: string;
}

function firstAnnotation(pod: PodTemplate, keys: readonly string[]): Reading<string> {
  for (const key of keys) {
    const reading = annotation(pod, key);
    if (reading.state !== "absent") return reading;
  }
  return { state: "absent" };
}

function numberOf(reading: Reading<string>): number | "unknown" | null {
  if (reading.state === "absent") return null;
  const number = reading.state === "value" ? Number(reading.value) : Number.NaN;
  return Number.isNaN(number) ? "unknown" : number;
}

const burstKeys = [
  "autoscaling.knative.dev/target-burst-capacity",
  "autoscaling.knative.dev/targetBurstCapacity",
];
const scaleKeys = ["autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale"];

/** A number of `config-autoscaler`, where all candidates of KnativeServing say the same. */
function clusterNumber(graph: Graph, key: string): number | "unknown" | null {
  const numbers = graph
    .all(kinds.KnativeServing)
    .map((serving) => numberOf(configValue(serving, "autoscaler", key)));
  const [first = null] = numbers;
  return numbers.every((number) => number === first) ? first : "unknown";
}

/**
 * The activator is always on the way with a target burst capacity of -1, never with 0 and a scale that is at least
 * one; else it depends on the load (knative/serving `pkg/autoscaler/scaling/autoscaler.go`).
 */
export const backendPaths = oncePer((graph: Graph, pod: PodTemplate): BackendPaths => {
  const capacity = numberOf(firstAnnotation(pod, burstKeys)) ?? clusterNumber(graph, "target-burst-capacity");
  const scale = numberOf(firstAnnotation(pod, scaleKeys)) ?? clusterNumber(graph, "min-scale");
  if (capacity === -1) {
    return { activator: true, direct: false, why: "target burst capacity -1: always through the activator" };
  }
  if (capacity === 0 && typeof scale === "number" && scale >= 1) {
    return {
      activator: false,
      direct: true,
      why: "target burst capacity 0, never scaled to zero: never through the activator",
    };
  }
  return { activator: true, direct: true, why: "through the activator or straight to a pod, by load" };
});

/** The activator: of the KnativeServing at hand, else one of which only labels and place are known. */
export const activator = once((graph: Graph): Endpoint => {
  const pods = graph.all(kinds.Deployment).flatMap((resource) => graph.podsOf(resource));
  const pod = pods.find(isActivator);
  if (pod !== undefined) return endpointOf(graph, pod);
  return {
    role: "activator",
    name: `the activator in ${servingNamespace}`,
    namespace: servingNamespace,
    serviceAccount: "activator",
    labels: labelsOf(activatorLabels),
    sidecar: { state: "unknown", needs: "the KnativeServing, which gives the activator its sidecar" },
    settings: settingsOf(graph, servingNamespace),
    pod: null,
  };
});

/** The port of queue-proxy and activator for a service's protocol: HTTP/2 without TLS has its own. */
export function backendPort(pod: PodTemplate): 8012 | 8013 {
  const containers = valueAt(pod.spec, ["containers"]);
  const isH2c = (isList(containers) ? containers : []).some((container) => {
    const ports = valueAt(container, ["ports"]);
    return isList(ports) && ports.some((port) => isMapping(port) && port.name === "h2c");
  });
  return isH2c ? 8013 : 8012;
}

/** Whether the activator addresses pods by the private Service's name (`config-network`). */
export const addressesByName = once((graph: Graph): boolean =>
  graph.all(kinds.KnativeServing).some((serving) => {
    const reading = configValue(serving, "network", "enable-mesh-pod-addressability");
    return reading.state === "value" && reading.value.toLowerCase() === "true";
  }),
);

/** The revision's name that a running service has first, or the one that its template gives. */
export function revisionName(service: Resource): string {
  const named = valueAt(service.value, ["spec", "template", "metadata", "name"]);
  return typeof named === "string" ? named : `${service.name}-00001`;
}
