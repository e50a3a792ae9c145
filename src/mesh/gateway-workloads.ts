import type { Graph, PodTemplate } from "../model/graph.ts";
import { idKey, type Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { annotation, read } from "./field.ts";
import { kinds } from "./kinds.ts";
import { labelsOf, matchesLabels } from "./label-match.ts";
import type { Labels, Match } from "./label-match.ts";
import { once, oncePer } from "./memo.ts";

/** A Deployment whose pods are an ingress gateway (definition D7). */
export interface GatewayWorkload {
  readonly resource: Resource;
  readonly namespace: string | null;
  readonly pod: PodTemplate;
  readonly labels: Labels;
  /** The ServiceMeshControlPlane that makes it; null for one that people make by gateway injection. */
  readonly controlPlane: Resource | null;
}

const templatesKey = "inject.istio.io/templates";

function isEgress(gateway: Resource, path: Path): boolean {
  return gateway.name === "istio-egressgateway" || path.includes("additionalEgress");
}

function isInjected(pod: PodTemplate): boolean {
  const templates = annotation(pod, templatesKey);
  if (templates.state !== "value") return false;
  return templates.value.split(",").some((name) => name.trim() === "gateway");
}

function workload(pod: PodTemplate, controlPlane: Resource | null): GatewayWorkload {
  const { resource, namespace } = pod;
  const found = labelsOf(valueAt(resource.value, [...pod.metadata, "labels"]));
  // What a profile of the cluster adds to the labels of a derived gateway is not known.
  const labels = { entries: found.entries, complete: found.complete && resource.form === "full" };
  return { resource, namespace, pod, labels, controlPlane };
}

/** Every ingress gateway's workload: those of the control planes, and Deployments by gateway injection. */
export const gatewayWorkloads = once((graph: Graph): readonly GatewayWorkload[] => {
  const found: GatewayWorkload[] = [];
  for (const resource of graph.resources) {
    if (resource.kind !== kinds.Deployment) continue;
    const { origin } = resource;
    if (origin.from === "derived" && origin.parent.kind === kinds.ServiceMeshControlPlane) {
      if (isEgress(resource, origin.path)) continue;
      found.push(...graph.podsOf(resource).map((pod) => workload(pod, origin.parent)));
    } else if (resource.form === "full") {
      const pods = graph.podsOf(resource).filter(isInjected);
      found.push(...pods.map((pod) => workload(pod, null)));
    }
  }
  return found;
});

export type SelectedWorkloads =
  | { readonly state: "known"; readonly workloads: readonly GatewayWorkload[] }
  | {
      readonly state: "unknown";
      readonly needs: string;
      /** Those that the selector picks for certain. */
      readonly workloads: readonly GatewayWorkload[];
    };

function compute(graph: Graph, gateway: Resource): SelectedWorkloads {
  const all = gatewayWorkloads(graph);
  const selector = read(gateway, ["spec", "selector"]);
  if (selector.state === "unknown") return { state: "unknown", needs: selector.why, workloads: [] };
  if (all.length === 0) {
    return { state: "unknown", needs: "the workload of the ingress gateway", workloads: [] };
  }
  const wanted = selector.state === "value" ? selector.value : undefined;
  const matches = all.map((candidate) => ({ candidate, match: matchesLabels(wanted, candidate.labels) }));
  const workloads = matches.filter(({ match }) => match === "yes").map(({ candidate }) => candidate);
  if (workloads.length === 0 && matches.some(({ match }) => match === "unknown")) {
    return { state: "unknown", needs: "the labels of the ingress gateway's pods", workloads };
  }
  return { state: "known", workloads };
}

/**
 * The gateway workloads that an Istio Gateway's selector picks, in any namespace. Without a selector it is all of
 * them, as for istiod (istio/istio `pilot/pkg/model/push_context.go` mergeGateways). Unknown if the set holds no
 * gateway workload at all.
 */
export const workloadsOf: (graph: Graph, gateway: Resource) => SelectedWorkloads = oncePer(compute);

/** Whether a Service's selector picks a gateway's pods: same namespace, and the labels fit. */
export function servicePicks(service: Resource, target: GatewayWorkload): Match {
  const selector = read(service, ["spec", "selector"]);
  if (selector.state === "unknown") return "unknown";
  // A Service without selector, or with an empty one, picks no pods.
  if (selector.state === "absent") return "no";
  if (isMapping(selector.value) && Object.keys(selector.value).length === 0) return "no";
  if (service.namespace === null || target.namespace === null) {
    return matchesLabels(selector.value, target.labels) === "no" ? "no" : "unknown";
  }
  return service.namespace === target.namespace ? matchesLabels(selector.value, target.labels) : "no";
}

/** Whether each of some Gateways, in one of its definitions, selects one of some pods: traffic flows. */
export function allReach(
  graph: Graph,
  gateways: readonly Resource[],
  workloads: readonly GatewayWorkload[],
): boolean {
  const reaches = (gateway: Resource) =>
    workloadsOf(graph, gateway).workloads.some((workload) => workloads.includes(workload));
  const found = new Set(gateways.filter(reaches).map(idKey));
  return gateways.length > 0 && gateways.every((gateway) => found.has(idKey(gateway)));
}
