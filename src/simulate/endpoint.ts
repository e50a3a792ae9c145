import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";
import { homeMesh } from "../mesh/authorization/settings.ts";
import type { MeshSettings } from "../mesh/authorization/settings.ts";
import { excludesPort, podExcludesPort } from "../mesh/excluded-ports.ts";
import type { Place } from "../mesh/field.ts";
import { annotation, labelValue } from "../mesh/field.ts";
import { gatewayWorkloads } from "../mesh/gateway-workloads.ts";
import { kinds } from "../mesh/kinds.ts";
import { servingNamespace } from "../mesh/knative-gateways.ts";
import { injectKey, injection } from "../mesh/injection.ts";
import { labelsOf } from "../mesh/label-match.ts";
import type { Labels } from "../mesh/label-match.ts";
import { once, oncePer } from "../mesh/memo.ts";

/** Whether a pod has a proxy. */
export type Sidecar =
  | { readonly state: "yes" | "no"; readonly why: string; readonly at: Place | null }
  | { readonly state: "unknown"; readonly needs: string };

/** A kind of pod that receives requests. */
export interface Endpoint {
  readonly role: "gateway" | "activator" | "pod";
  /** As people name it: `the activator`, `pod of team-a/shop`. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly labels: Labels;
  readonly sidecar: Sidecar;
  /** The mesh that its namespace is in the reach of; null: none, or not known. */
  readonly settings: MeshSettings | null;
  /** Null: no such pod template is in the set. */
  readonly pod: PodTemplate | null;
}

function isTrue(text: string): boolean {
  return ["true", "y", "yes", "on"].includes(text.toLowerCase());
}

/** Whether the pod itself asks for a sidecar. */
function asks(pod: PodTemplate): boolean {
  const label = labelValue(pod, injectKey);
  const asked = label.state === "absent" ? annotation(pod, injectKey) : label;
  return asked.state === "value" && isTrue(asked.value);
}

/** Where labels of the namespace or the member roll are outside the set, a pod that asks for a sidecar has one. */
function sidecarOf(graph: Graph, pod: PodTemplate): Sidecar {
  const answer = injection(graph, pod);
  if (answer.state !== "unknown") return { state: answer.state, why: answer.reason, at: answer.at };
  if (!asks(pod)) return { state: "unknown", needs: answer.needs };
  return { state: "yes", why: `it asks for one (${answer.needs} are taken for granted)`, at: null };
}

export function serviceAccountOf(pod: PodTemplate | null): string {
  const named = pod === null ? undefined : valueAt(pod.spec, ["serviceAccountName"]);
  return typeof named === "string" && named !== "" ? named : "default";
}

/** A mesh that is known to reach a namespace. */
export function settingsOf(graph: Graph, namespace: string): MeshSettings | null {
  const home = homeMesh(graph, namespace);
  return home.state === "in" ? home.settings : null;
}

/** Labels that only the running pod of a revision has: those of its first revision are taken for it. */
function runningLabels(pod: PodTemplate): Readonly<Record<string, string>> {
  const isRevision = pod.resource.kind.endsWith(".serving.knative.dev");
  if (!isRevision || Object.hasOwn(pod.labels, "serving.knative.dev/revision")) return pod.labels;
  const revision = `${pod.resource.name}-00001`;
  // A user's own label `app` stays (knative/serving `pkg/reconciler/revision/resources/meta.go`).
  return { app: revision, ...pod.labels, "serving.knative.dev/revision": revision };
}

/** What the activator's pods are labelled with beside what the operator's manifests tell (`config/core/deployments/activator.yaml`). */
export const activatorLabels = {
  app: "activator",
  role: "activator",
  "app.kubernetes.io/component": "activator",
  "app.kubernetes.io/name": "knative-serving",
};

/** The activator that a KnativeServing brings, or one that the set itself defines. */
export function isActivator({ resource }: PodTemplate): boolean {
  if (resource.name !== "activator" || resource.kind !== kinds.Deployment) return false;
  const derived = resource.origin.from === "derived" && resource.origin.parent.kind === kinds.KnativeServing;
  return derived || resource.namespace === servingNamespace;
}

function roleOf(graph: Graph, pod: PodTemplate): Endpoint["role"] {
  if (isActivator(pod)) return "activator";
  return gatewayWorkloads(graph).some((workload) => workload.pod.resource === pod.resource)
    ? "gateway"
    : "pod";
}

const computeEndpoint = (graph: Graph, pod: PodTemplate): Endpoint => {
  const role = roleOf(graph, pod);
  const { resource } = pod;
  const namespace = pod.namespace ?? "";
  const names = {
    gateway: `gateway ${namespace}/${resource.name}`,
    activator: `the activator in ${namespace}`,
    pod: `the pod of ${namespace}/${resource.name}`,
  };
  return {
    role,
    name: names[role],
    namespace,
    serviceAccount: serviceAccountOf(pod),
    labels: labelsOf(role === "activator" ? { ...activatorLabels, ...pod.labels } : runningLabels(pod)),
    sidecar: role === "gateway" ? { state: "yes", why: "it is a gateway", at: null } : sidecarOf(graph, pod),
    settings: settingsOf(graph, namespace),
    pod,
  };
};

/** The pods of a template as a place where requests arrive. */
export const endpointOf: (graph: Graph, pod: PodTemplate) => Endpoint = oncePer(computeEndpoint);

/** Ports that no sidecar ever takes (istio/istio `cni/pkg/plugin/sidecar_redirect.go`). */
const proxyPorts = new Set([15020, 15021, 15090]);

/** Whether traffic to a pod's port bypasses its sidecar, and what says so. */
export type Exclusion =
  | { readonly state: "no" }
  | { readonly state: "yes"; readonly by: Place | null }
  | { readonly state: "unknown"; readonly needs: string };

const exclusions = once(() => new Map<Endpoint, Map<number, Exclusion>>());

/** Whether traffic to a pod's port bypasses its sidecar: its own annotation replaces the list of the mesh. */
export function exclusion(graph: Graph, endpoint: Endpoint, port: number): Exclusion {
  const ports = exclusions(graph).get(endpoint) ?? new Map<number, Exclusion>();
  exclusions(graph).set(endpoint, ports);
  const old = ports.get(port);
  if (old) return old;
  const answer = computeExclusion(graph, endpoint, port);
  ports.set(port, answer);
  return answer;
}

function computeExclusion(graph: Graph, endpoint: Endpoint, port: number): Exclusion {
  const { pod, settings } = endpoint;
  if (endpoint.role === "gateway") return { state: "no" };
  if (proxyPorts.has(port)) return { state: "yes", by: null };
  if (pod !== null) {
    const own = podExcludesPort(pod, port);
    if (own.state === "unknown") return { state: "unknown", needs: own.why };
    if (own.state === "value") {
      const path = [...pod.metadata, "annotations", "traffic.sidecar.istio.io/excludeInboundPorts"];
      return own.value ? { state: "yes", by: { resource: pod.resource, path } } : { state: "no" };
    }
  }
  const plane: Resource | undefined = settings?.mesh.controlPlanes[0]?.resource;
  if (plane === undefined) return { state: "no" };
  const answer = excludesPort(graph, plane, port);
  if (answer.state === "unknown") return { state: "unknown", needs: answer.why };
  if (answer.state === "absent" || !answer.value) return { state: "no" };
  return {
    state: "yes",
    by: { resource: plane, path: ["spec", "proxy", "networking", "trafficControl", "inbound"] },
  };
}
