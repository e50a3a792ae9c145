import type { Graph } from "../model/graph.ts";
import { idKey } from "../model/resource.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import { labelValue, read } from "./field.ts";
import { workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { ingress } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { knativeGateways } from "./knative-gateways.ts";
import type { GatewayRole, KnativeGateway } from "./knative-gateways.ts";
import { labelsOf, matchesLabels } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { meshesOf } from "./membership.ts";
import { once } from "./memo.ts";
import { meshes } from "./meshes.ts";
import type { Mesh } from "./meshes.ts";

/** Why nothing is asked of Gateways: another ingress serves Knative (definition D10). Null: Istio may do so. */
export function otherIngress(graph: Graph): string | null {
  const { state } = ingress(graph);
  return state === "kourier" || state === "other" ? `${state} is the ingress, not Istio` : null;
}

/** What Knative uses a Gateway for, one entry per role and Service; empty for Gateways of others. */
export function knativeUses(graph: Graph, gateway: Resource): readonly KnativeGateway[] {
  return knativeGateways(graph).gateways.filter((entry) => entry.resources.includes(gateway));
}

/** The set's own Gateways that Knative gives routes to. */
export const ownKnativeGateways = once((graph: Graph): readonly Resource[] =>
  graph.own(kinds.Gateway).filter((gateway) => knativeUses(graph, gateway).length > 0),
);

/** net-istio `pkg/reconciler/ingress/resources/gateway.go` labels the Gateways that it makes for single hosts. */
const madeByKnativeKey = "networking.internal.knative.dev/ingress";

export function isMadeByKnative(gateway: Resource): boolean {
  return labelValue(gateway, madeByKnativeKey).state !== "absent";
}

/** The meshes whose istiod reads the Istio resources of a namespace; null: not known. */
function watchers(graph: Graph, namespace: string | null): readonly Mesh[] | null {
  const home = meshesOf(graph, namespace);
  const here = meshes(graph).filter((mesh) => namespace !== null && mesh.namespace === namespace);
  if (home.state === "unknown") return here.length > 0 ? here : null;
  return home.state === "member" ? [...here, ...home.meshes] : here;
}

/** Whether one istiod reads two Istio resources: else they never meet. */
export function sameMesh(graph: Graph, a: Resource, b: Resource): Match {
  if (a.namespace !== null && a.namespace === b.namespace) return "yes";
  const first = watchers(graph, a.namespace);
  const second = watchers(graph, b.namespace);
  if (first === null || second === null) return "unknown";
  return first.some((mesh) => second.includes(mesh)) ? "yes" : "no";
}

export type SharedPods =
  /** Empty: the pods are not at hand, but one selector picks all that the other one picks. */
  | { readonly state: "yes"; readonly workloads: readonly GatewayWorkload[] }
  | { readonly state: "no" }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether every pod that `narrow` selects has the labels that `wide` asks for. */
function includes(wide: Resource, narrow: Resource): boolean {
  const wanted = read(wide, ["spec", "selector"]);
  const given = read(narrow, ["spec", "selector"]);
  if (wanted.state === "unknown" || given.state === "unknown") return false;
  if (wanted.state === "absent") return true;
  const entries = given.state === "value" && isMapping(given.value) ? given.value : {};
  return matchesLabels(wanted.value, labelsOf(entries)) === "yes";
}

/** The gateway pods that two Gateways both configure. */
export function sharedPods(graph: Graph, a: Resource, b: Resource): SharedPods {
  const first = workloadsOf(graph, a);
  const second = workloadsOf(graph, b);
  const both = first.workloads.filter((workload) => second.workloads.includes(workload));
  if (both.length > 0) return { state: "yes", workloads: both };
  const open = first.state === "unknown" ? first : second;
  if (open.state === "known") return { state: "no" };
  if (includes(a, b) || includes(b, a)) return { state: "yes", workloads: [] };
  return { state: "unknown", needs: open.needs };
}

/** Workloads by object: several candidates of one Deployment are one. */
export function countWorkloads(workloads: readonly GatewayWorkload[]): number {
  return new Set(workloads.map(({ resource }) => idKey(resource))).size;
}

/** What a Gateway is for, as far as it is not only for services that a label picks. */
export function rolesOf(graph: Graph, gateway: Resource): readonly GatewayRole[] {
  const uses = knativeUses(graph, gateway).filter((use) => !use.selective);
  return [...new Set(uses.map((use) => use.role))];
}

/** Whether labels of services pick other Gateways for a role. */
export function isSelective(graph: Graph, role: GatewayRole): boolean {
  return knativeGateways(graph).gateways.some((use) => use.role === role && use.selective);
}
