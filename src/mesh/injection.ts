import type { Graph, PodTemplate } from "../model/graph.ts";
import { atLeast } from "../model/version.ts";
import { readSwitch } from "./control-plane-settings.ts";
import { familyOfProfile } from "./control-planes.ts";
import { annotation, annotationPlace, labelPlace, labelValue, readBoolean } from "./field.ts";
import type { Place, Reading } from "./field.ts";
import { meshesOf } from "./membership.ts";
import { oncePer } from "./memo.ts";
import { istioVersion, meshVersion, meshes } from "./meshes.ts";
import type { Mesh } from "./meshes.ts";
import { namespaceLabel } from "./namespace-labels.ts";

/** Label and annotation by which a pod asks for a sidecar, or refuses it. */
export const injectKey = "sidecar.istio.io/inject";
const revisionKey = "istio.io/rev";

/** What decided about a sidecar. */
export type InjectionCause =
  /** The pod's own label or annotation. */
  | "label"
  | "annotation"
  /** Only the annotation asks, and the mesh does not look at it there (Service Mesh 3, object selector). */
  | "annotation-ignored"
  /** A revision label of the pod. */
  | "revision"
  /** Labels of the namespace. */
  | "namespace"
  /** The control plane injects every pod (`autoInject`). */
  | "automatic"
  | "not-requested"
  | "host-network"
  /** The pod is istiod itself. */
  | "istiod"
  | "not-member";

export type Injection =
  | {
      readonly state: "yes" | "no";
      readonly cause: InjectionCause;
      /** A clause for messages: "its label sidecar.istio.io/inject is true". */
      readonly reason: string;
      /** The field that decides, present or missing. */
      readonly at: Place;
    }
  | { readonly state: "unknown"; readonly needs: string };

const unknown = (needs: string): Injection => ({ state: "unknown", needs });

function decided(state: "yes" | "no", cause: InjectionCause, reason: string, at: Place): Injection {
  return { state, cause, reason, at };
}

/** What Istio takes for true (istio/istio `pkg/kube/inject/inject.go` up to 1.26). */
function isTruthy(text: string): boolean {
  return ["y", "yes", "true", "on"].includes(text.toLowerCase());
}

interface Request {
  readonly by: "label" | "annotation";
  readonly text: string;
  readonly at: Place;
}

/** The label wins over the annotation; an empty value says nothing. Null: the pod says nothing. */
function requestOf(pod: PodTemplate, annotationOnly: boolean): Request | "unknown" | null {
  const label: Reading<string> = annotationOnly ? { state: "absent" } : labelValue(pod, injectKey);
  const by = label.state === "absent" ? "annotation" : "label";
  const reading = by === "label" ? label : annotation(pod, injectKey);
  if (reading.state === "unknown") return "unknown";
  if (reading.state === "absent" || reading.value === "") return null;
  const at = by === "label" ? labelPlace(pod, injectKey) : annotationPlace(pod, injectKey);
  return { by, text: reading.value, at };
}

function byRequest({ by, text, at }: Request, state: "yes" | "no"): Injection {
  return decided(state, by, `its ${by} ${injectKey} is ${JSON.stringify(text)}`, at);
}

const objectSelectorPath = ["spec", "techPreview", "sidecarInjectorWebhook", "objectSelector", "enabled"];

const notRequested = (pod: PodTemplate): Injection =>
  decided("no", "not-requested", `nothing asks for a sidecar`, labelPlace(pod, injectKey));

/** The pod's own part of the decision in a member namespace of Service Mesh 1 or 2. */
function maistraDecision(graph: Graph, mesh: Mesh, pod: PodTemplate): Injection {
  if (labelValue(pod, "app").state === "value" && pod.labels.app === "istiod") {
    return decided("no", "istiod", "it is istiod itself", labelPlace(pod, "app"));
  }
  const version = meshVersion(graph, mesh);
  const old = mesh.family === "ossm1" || (version !== null && !atLeast(version, "2.2"));
  const request = requestOf(pod, old);
  if (request === "unknown") return unknown(`the value of ${injectKey}`);
  const automatic = readSwitch(graph, mesh, ["spec", "proxy", "injection", "autoInject"]);
  if (request === null) {
    if (automatic.state === "unknown") return unknown(automatic.why);
    if (automatic.state === "absent" || !automatic.value) return notRequested(pod);
  } else if (!isTruthy(request.text)) return byRequest(request, "no");
  const selector = readSwitch(graph, mesh, objectSelectorPath);
  const byLabel = request !== null && request.by === "label" && request.text === "true";
  if (selector.state === "unknown" && !byLabel) return unknown(selector.why);
  if (selector.state === "value" && selector.value && !byLabel) {
    const at = request?.at ?? labelPlace(pod, injectKey);
    const cause = request?.by === "annotation" ? "annotation-ignored" : "not-requested";
    return decided(
      "no",
      cause,
      `the webhook of the mesh takes only pods with label ${injectKey}: "true"`,
      at,
    );
  }
  if (request !== null) return byRequest(request, "yes");
  const reason = "the control plane injects every pod of its members";
  return decided("yes", "automatic", reason, labelPlace(pod, injectKey));
}

/** What the namespace asks for: a label of its own, nothing, a refusal, or not known. */
function namespaceWish(graph: Graph, namespace: string | null): "inject" | "refuse" | "nothing" | "unknown" {
  if (namespace === null) return "unknown";
  const injection = namespaceLabel(graph, namespace, "istio-injection");
  const revision = namespaceLabel(graph, namespace, revisionKey);
  if (injection === "enabled") return "inject";
  if (typeof injection === "string") return "refuse";
  if (typeof revision === "string") return injection === null ? "inject" : "unknown";
  return injection === undefined || revision === undefined ? "unknown" : "nothing";
}

/** A sidecar by the namespace's label, unless the pod's own value says otherwise. */
function namespaceDecision(graph: Graph, mesh: Mesh, pod: PodTemplate, request: Request | null): Injection {
  if (request === null) {
    return decided("yes", "namespace", "its namespace asks for sidecars", labelPlace(pod, injectKey));
  }
  if (isTruthy(request.text)) return byRequest(request, "yes");
  if (request.text.toLowerCase() === "false") return byRequest(request, "no");
  const version = istioVersion(graph, mesh);
  if (version === null) return unknown("the version of Istio");
  // From 1.27 anything but true and false means the default policy; before, it means no.
  return byRequest(request, atLeast(version, "1.27") ? "yes" : "no");
}

/** The decision of Service Mesh 3: its webhooks look at labels of pod and namespace. */
function sailDecision(graph: Graph, mesh: Mesh, pod: PodTemplate): Injection {
  const request = requestOf(pod, false);
  if (request === "unknown") return unknown(`the value of ${injectKey}`);
  if (request?.by === "label" && request.text === "false") return byRequest(request, "no");
  const wish = namespaceWish(graph, pod.namespace);
  if (wish === "refuse") {
    return decided("no", "namespace", "its namespace refuses sidecars", labelPlace(pod, injectKey));
  }
  if (request?.by === "label" && request.text === "true") return byRequest(request, "yes");
  if (wish === "inject") return namespaceDecision(graph, mesh, pod, request);
  const refused = request?.by === "annotation" && request.text.toLowerCase() === "false";
  if (refused) return byRequest(request, "no");
  const revision = labelValue(pod, revisionKey);
  if (revision.state === "value") {
    const reason = `its label ${revisionKey} is ${JSON.stringify(revision.value)}`;
    return decided("yes", "revision", reason, labelPlace(pod, revisionKey));
  }
  if (wish === "unknown") return unknown(`the labels of namespace ${pod.namespace ?? "(not known)"}`);
  if (request === null) return notRequested(pod);
  if (request.by === "label") return byRequest(request, "no");
  const reason = `Service Mesh 3 does not read the annotation ${injectKey} in a namespace without injection label`;
  return decided("no", "annotation-ignored", reason, request.at);
}

function decision(graph: Graph, mesh: Mesh, pod: PodTemplate): Injection {
  const hostNetwork = readBoolean(pod.resource, [...pod.specPath, "hostNetwork"]);
  const at = { resource: pod.resource, path: [...pod.specPath, "hostNetwork"] };
  if (hostNetwork.state === "value" && hostNetwork.value) {
    return decided("no", "host-network", "pods on the host network get no sidecar", at);
  }
  const answer = mesh.family === "ossm3" ? sailDecision(graph, mesh, pod) : maistraDecision(graph, mesh, pod);
  if (hostNetwork.state === "unknown" && answer.state === "yes") return unknown(hostNetwork.why);
  return answer;
}

/** A mesh of which nothing is known but the profile's version. */
function assumedMesh(graph: Graph): Mesh {
  return { family: familyOfProfile(graph.profile), namespace: null, controlPlanes: [], rolls: [] };
}

/** One answer for all meshes that a pod may belong to: where they differ, it is not known. */
function agreed(answers: readonly Injection[]): Injection {
  const same = answers.find((answer) => answers.every((other) => other.state === answer.state));
  return same ?? unknown("the mesh of its namespace");
}

function computeInMesh(graph: Graph, pod: PodTemplate): Injection {
  const home = meshesOf(graph, pod.namespace);
  if (home.state === "member") return injectedByOne(home.meshes.map((mesh) => decision(graph, mesh, pod)));
  const all = meshes(graph);
  const candidates = all.length === 0 ? [assumedMesh(graph)] : all;
  return agreed(candidates.map((mesh) => decision(graph, mesh, pod)));
}

/** A namespace in several meshes: one webhook that injects is enough. */
function injectedByOne(answers: readonly Injection[]): Injection {
  return answers.find(({ state }) => state === "yes") ?? agreed(answers);
}

/**
 * Whether a pod would get a sidecar if its namespace were a member of the mesh: whether it asks for one, in a form
 * that this mesh reads (definition D4). Membership is then a matter of its own.
 */
export const injectionInMesh: (graph: Graph, pod: PodTemplate) => Injection = oncePer(computeInMesh);

/** Labels of a namespace by which the webhook of Service Mesh 1 and 2 leaves it alone. */
function leavesAlone(graph: Graph, namespace: string): string | null {
  for (const key of ["maistra.io/ignore-namespace", "istio-env"]) {
    if (typeof namespaceLabel(graph, namespace, key) === "string") return key;
  }
  return namespaceLabel(graph, namespace, "istio-injection") === "disabled" ? "istio-injection" : null;
}

function computeInjection(graph: Graph, pod: PodTemplate): Injection {
  const inMesh = injectionInMesh(graph, pod);
  if (inMesh.state === "no") return inMesh;
  const home = meshesOf(graph, pod.namespace);
  const families = home.state === "member" ? home.meshes : meshes(graph);
  const sail = families.length === 0 ? assumedMesh(graph).family === "ossm3" : families.some(isSail);
  if (sail) return inMesh;
  const at = labelPlace(pod, injectKey);
  if (home.state === "unknown") return unknown(home.needs);
  if (home.state === "none") return decided("no", "not-member", home.why, at);
  const label = leavesAlone(graph, home.namespace);
  if (label === null) return inMesh;
  return decided("no", "namespace", `its namespace has the label ${label}`, at);
}

function isSail(mesh: Mesh): boolean {
  return mesh.family === "ossm3";
}

/** Whether a pod gets a sidecar (definition D4). */
export const injection: (graph: Graph, pod: PodTemplate) => Injection = oncePer(computeInjection);
