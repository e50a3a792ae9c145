import { knativeWorkloads } from "../../graph/derived/knative-workloads.ts";
import { labelsSelector, selectPods } from "../../graph/selectors.ts";
import type { Graph, PodTemplate } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, type Mapping, valueAt } from "../../model/value.ts";
import { read, readString } from "../field.ts";
import { kinds, workloadKinds } from "../kinds.ts";
import { servingNamespace } from "../knative-gateways.ts";
import { anyOf, labelsOf, type Labels, type Match, matchesLabels } from "../label-match.ts";
import { localService } from "../local-service.ts";
import { eventingNamespace, gatewayNamespaces, istioNamespace } from "../namespaces.ts";
import { once, oncePer } from "../memo.ts";
import { isPatched } from "../patches.ts";
import { tenantsOf } from "../tenants.ts";
import { hasMakers } from "./makers.ts";

/** What the selector of a Service comes to. */
export type ServiceSelection =
  | { readonly state: "picks" }
  | { readonly state: "left"; readonly because: string }
  | { readonly state: "unknown"; readonly needs: string }
  /** Nothing; `namesake`: the workload of its name, whose pods have other labels. */
  | { readonly state: "nothing"; readonly namesake: PodTemplate | null };

/** Labels that controllers give to running pods only. */
const runtimeLabel =
  /^(?:pod-template-hash|controller-revision-hash|controller-uid|job-name|deploymentconfig|deployment|(?:statefulset|apps|batch|topology)\.kubernetes\.io\/.+|(?:.+\.)?(?:knative\.dev|istio\.io|strimzi\.io|openshift\.io)\/.+)$/;

/** Pods that Istio's installation, and the operators beside it, bring along. */
const meshApp = /^(?:istiod|istio-.+|grafana|jaeger|kiali|prometheus|wasm-cacher.*)$/;

const labelsOfPod = oncePer((graph: Graph, pod: PodTemplate): Labels => {
  const { resource } = pod;
  const { entries } = labelsOf(pod.labels);
  const complete =
    labelsOf(valueAt(resource.value, [...pod.metadata, "labels"])).complete &&
    resource.rendering?.labels !== true &&
    !resource.kind.endsWith(".knative.dev") &&
    resource.standing !== "derived" &&
    !isPatched(graph, resource);
  return { entries, complete };
});

/** The revision of a Knative Service is the label `app` of its pods: its name, and a number. */
function isOtherApp({ resource, labels }: PodTemplate, { app }: Mapping): boolean {
  const written = Object.hasOwn(labels, "app");
  const revision = resource.kind === kinds.KnativeService || resource.kind === kinds.Configuration;
  return revision && !written && typeof app === "string" && !app.startsWith(`${resource.name}-`);
}

const unplacedPods = once((graph: Graph) => graph.pods().filter((pod) => pod.namespace === null));

/** Whether the selector picks a workload that Knative's operators run, in any version. */
function picksKnative(selector: Mapping, namespace: string): boolean {
  if (namespace !== servingNamespace && namespace !== eventingNamespace) return false;
  return knativeWorkloads.some(({ cr, app, component }) => {
    if ((cr === "KnativeServing") !== (namespace === servingNamespace)) return false;
    // What the table has no label app for has none.
    if (app === null && selector.app !== undefined) return false;
    const labels: Record<string, string> = {};
    if (app !== null) labels.app = app;
    if (component !== null) labels["app.kubernetes.io/component"] = component;
    // They carry more labels than these.
    const known = labelsOf(labels);
    return matchesLabels(selector, { ...known, complete: false }) !== "no";
  });
}

function picksMeshPod({ app, istio }: Mapping): boolean {
  return istio !== undefined || (typeof app === "string" && meshApp.test(app));
}

/** Whether all pods of a namespace are in the set: it owns the layer that the namespace belongs to. */
function ownsPods(graph: Graph, namespace: string): boolean {
  if (graph.set.context.complete === true) return true;
  if (namespace === servingNamespace || namespace === eventingNamespace) return graph.owns("serverless");
  const gateways = gatewayNamespaces(graph);
  const ofGateways = gateways.state === "known" && gateways.namespaces.includes(namespace);
  if (namespace === istioNamespace(graph) || ofGateways) return graph.owns("mesh");
  return graph.owns("tenants") && tenantsOf(graph, namespace).length > 0;
}

/** Endpoints that somebody writes by hand. */
function hasEndpoints(graph: Graph, { name, namespace }: Resource): boolean {
  const slices = graph
    .all(kinds.EndpointSlice)
    .filter((slice) => slice.namespace === namespace)
    .some(({ value }) => valueAt(value, ["metadata", "labels", "kubernetes.io/service-name"]) === name);
  return slices || graph.named(kinds.Endpoints, namespace, name).length > 0;
}

/** The workload that has the name of the Service, and has it alone. */
function namesakeOf(graph: Graph, { name, namespace }: Resource): PodTemplate | null {
  const found = workloadKinds.flatMap((kind) => graph.named(kind, namespace, name));
  const [only, ...more] = found.flatMap((workload) => graph.podsOf(workload));
  return only && more.length === 0 && labelsOfPod(graph, only).complete ? only : null;
}

/** Which pods a Service picks, and whether it can be told that there are none. */
export function serviceSelection(graph: Graph, service: Resource): ServiceSelection {
  const selector = read(service, ["spec", "selector"]);
  const type = readString(service, ["spec", "type"]);
  if (type.state === "value" && type.value === "ExternalName")
    return { state: "left", because: "it stands for a name outside" };
  if (selector.state === "unknown") return { state: "unknown", needs: selector.why };
  if (selector.state === "absent" || !isMapping(selector.value) || Object.keys(selector.value).length === 0)
    return { state: "left", because: "it has no selector" };
  const wanted = selector.value;
  const { namespace } = service;
  if (namespace === null) return { state: "unknown", needs: `the namespace of Service ${service.name}` };
  // Labels that are written there decide at once; only what is not written takes a closer look.
  const selects = labelsSelector(wanted);
  if (selects && selectPods(graph, namespace, selects).some((pod) => pod.namespace === namespace))
    return { state: "picks" };
  const pods = [...graph.pods(namespace), ...unplacedPods(graph)];
  const matches = pods.map((pod): Match => {
    const match = isOtherApp(pod, wanted) ? "no" : matchesLabels(wanted, labelsOfPod(graph, pod));
    return match === "yes" && pod.namespace === null ? "unknown" : match;
  });
  const match = anyOf(matches);
  if (match === "yes" || picksKnative(wanted, namespace)) return { state: "picks" };
  if (match === "unknown") return { state: "unknown", needs: "the labels of all pods that it may select" };
  if (hasEndpoints(graph, service)) return { state: "left", because: "its endpoints are written by hand" };
  const local = localService(graph);
  if (local.state === "found" && local.services.includes(service))
    return { state: "left", because: "it is the local gateway's, which has rules of its own" };
  return nothing(graph, service, wanted, namespace);
}

function nothing(graph: Graph, service: Resource, wanted: Mapping, namespace: string): ServiceSelection {
  const open =
    valueAt(service.value, ["spec", "clusterIP"]) === "None" ||
    service.rendering?.labels === true ||
    isPatched(graph, service) ||
    Object.keys(wanted).some((key) => runtimeLabel.test(key)) ||
    picksMeshPod(wanted) ||
    hasMakers(graph, namespace);
  if (open) return { state: "unknown", needs: `the pods of namespace ${namespace} that controllers make` };
  const namesake = namesakeOf(graph, service);
  if (namesake || ownsPods(graph, namespace)) return { state: "nothing", namesake };
  return { state: "unknown", needs: `the workloads of namespace ${namespace}` };
}
