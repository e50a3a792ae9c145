import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { readSwitch } from "./control-plane-settings.ts";
import type { Reading } from "./field.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { ports } from "./knative-ports.ts";
import { allOf, anyOf, labelsOf, matchesSelector } from "./label-match.ts";
import type { Labels, Match } from "./label-match.ts";
import { once } from "./memo.ts";
import type { Mesh } from "./meshes.ts";
import { namespaceLabels } from "./namespace-labels.ts";
import { eventingNamespace, gatewayNamespaces } from "./namespaces.ts";
import { knativeServices } from "./services.ts";
import { tenants } from "./tenants.ts";

/** Namespaces of Knative Services and of tenants, whose pods call and are called in the mesh. */
export const applicationNamespaces = once((graph: Graph): ReadonlySet<string> => {
  const services = knativeServices(graph).flatMap((service) => service.namespace ?? []);
  return new Set([...services, ...tenants(graph).flatMap((tenant) => tenant.namespaces)]);
});

/**
 * Whether the operator of the mesh lets the members reach each other by NetworkPolicies of its own, so that others
 * only add (maistra/istio-operator `resources/helm/v2.5/mesh-config/templates/networkpolicy.yaml`). Absent: it does.
 * Service Mesh 3 makes none.
 */
export function managesNetworkPolicies(graph: Graph, mesh: Mesh): Reading<boolean> {
  if (mesh.family === "ossm3") return { state: "value", value: false };
  const path =
    mesh.family === "ossm1"
      ? ["spec", "istio", "global", "manageNetworkPolicy"]
      : ["spec", "security", "manageNetworkPolicy"];
  return readSwitch(graph, mesh, path);
}

/** Whether a policy is about calls that come in. */
export function isIngress(policy: Resource): boolean {
  const types = valueAt(policy.value, ["spec", "policyTypes"]);
  // Without types every policy is about ingress.
  return !isList(types) || types.length === 0 || types.includes("Ingress");
}

/** Whether every pod of the namespace then refuses what no policy admits. */
export function selectsAll(policy: Resource): boolean {
  const selector = valueAt(policy.value, ["spec", "podSelector"]) ?? {};
  if (!isMapping(selector) || !isIngress(policy)) return false;
  return Object.values(selector).every((part) => isMapping(part) && Object.keys(part).length === 0);
}

/** Labels that controllers, or convention, give a namespace; an empty value stands for one that it has not. */
function labelsOfCaller(graph: Graph, namespace: string, mesh: Mesh): readonly Labels[] {
  const serverless = namespace === servingNamespace || namespace === eventingNamespace;
  const usual = new Map([
    ["name", namespace],
    ["network.openshift.io/policy-group", namespace === routerNamespace ? "ingress" : ""],
    ["knative.openshift.io/part-of", serverless ? "openshift-serverless" : ""],
    ...(mesh.namespace === null || mesh.family === "ossm3"
      ? []
      : [["maistra.io/member-of", mesh.namespace] as const]),
  ]);
  return namespaceLabels(graph, namespace).map(({ entries, complete }) => ({
    entries: new Map([...usual, ...entries]),
    complete,
  }));
}

const routerNamespace = "openshift-ingress";

/** Namespaces that calls in the mesh come from: that of the gateway, and of the applications. */
function callersOf(graph: Graph, namespace: string): readonly string[] {
  const gateway = gatewayNamespaces(graph);
  const gateways = gateway.state === "known" ? gateway.namespaces : [];
  const callers = new Set([...gateways, ...applicationNamespaces(graph)]);
  if (gateways.includes(namespace)) callers.add(routerNamespace);
  callers.delete(namespace);
  return [...callers];
}

function matchesPeer(graph: Graph, peer: Value, namespace: string, mesh: Mesh): Match {
  if (!isMapping(peer) || isMapping(peer.ipBlock)) return "unknown";
  // A peer with a pod selector alone is about the policy's own namespace.
  if (!isMapping(peer.namespaceSelector)) return "no";
  const selector = peer.namespaceSelector;
  if (Object.keys(selector).length === 0) return "yes";
  const callers = callersOf(graph, namespace).flatMap((caller) => labelsOfCaller(graph, caller, mesh));
  return callers.length === 0 ? "unknown" : anyOf(callers.map((labels) => matchesSelector(selector, labels)));
}

/** Ports that only Prometheus asks. */
const scraped: ReadonlySet<Value> = new Set([
  ports.secureMetrics,
  ports.metrics,
  ports.eventingMetrics,
  9091,
  15020,
  15090,
]);

function matchesPorts(list: Value | undefined): Match {
  if (!isList(list) || list.length === 0) return "yes";
  return list.every((entry) => scraped.has(valueAt(entry, ["port"]) ?? null)) ? "no" : "yes";
}

function matchesRule(graph: Graph, rule: Value, namespace: string, mesh: Mesh): Match {
  const from = valueAt(rule, ["from"]);
  const peers: Match =
    isList(from) && from.length > 0
      ? anyOf(from.map((peer) => matchesPeer(graph, peer, namespace, mesh)))
      : "yes";
  return allOf([peers, matchesPorts(valueAt(rule, ["ports"]))]);
}

const activator = labelsOf({
  app: "activator",
  "app.kubernetes.io/component": "activator",
  role: "activator",
});

/** Whether a policy selects pods that calls in the mesh arrive at; webhooks are called by the API server. */
function selectsServers(policy: Resource): Match {
  if (selectsAll(policy)) return "yes";
  // Those that the operator generates for some pods are for webhooks.
  if (!isIngress(policy) || policy.standing === "derived") return "no";
  const selector = valueAt(policy.value, ["spec", "podSelector"]);
  if (policy.namespace === servingNamespace) return matchesSelector(selector, activator);
  const app = valueAt(selector, ["matchLabels", "app"]);
  return typeof app === "string" && app.includes("webhook") ? "no" : "yes";
}

/**
 * Whether some NetworkPolicy of a namespace, generated ones included, admits calls of the mesh: from its gateway or
 * from pods of applications. A policy for monitoring alone, or for the platform's namespaces alone, does not.
 */
export function admitsMesh(graph: Graph, namespace: string, mesh: Mesh): Match {
  const policies = graph.all(kinds.NetworkPolicy).filter((policy) => policy.namespace === namespace);
  return anyOf(
    policies.map((policy) => {
      const rules = valueAt(policy.value, ["spec", "ingress"]);
      const admitted = (isList(rules) ? rules : []).map((rule) => matchesRule(graph, rule, namespace, mesh));
      return allOf([selectsServers(policy), anyOf(admitted)]);
    }),
  );
}
