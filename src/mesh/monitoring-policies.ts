import type { Graph, PodTemplate } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { operatorPods } from "./data-plane.ts";
import { scalarText } from "./field.ts";
import { ingressClass } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { ports } from "./knative-ports.ts";
import { allOf, anyOf, labelsOf, matchesSelector } from "./label-match.ts";
import type { Labels, Match } from "./label-match.ts";
import { membership } from "./membership.ts";
import { once } from "./memo.ts";
import { metricsBackend } from "./metrics-backend.ts";
import { namespaceLabels } from "./namespace-labels.ts";
import { isIngress, managesNetworkPolicies } from "./network-policies.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

const monitoringNamespace = "openshift-monitoring";

/**
 * Labels of the namespace of cluster monitoring (openshift/cluster-monitoring-operator
 * `manifests/0000_50_cluster-monitoring-operator_01-namespace.yaml`, and what the documents select by).
 */
const monitoringLabels: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/metadata.name", monitoringNamespace],
  ["name", monitoringNamespace],
  ["network.openshift.io/policy-group", "monitoring"],
  ["openshift.io/cluster-monitoring", "true"],
]);

/** Labels of Prometheus' pods, as far as a policy may name them. */
const prometheus = labelsOf({
  app: "prometheus",
  "app.kubernetes.io/name": "prometheus",
  "app.kubernetes.io/component": "prometheus",
  "app.kubernetes.io/part-of": monitoringNamespace,
  prometheus: "k8s",
});

const open = ({ entries }: Labels): Labels => ({ entries, complete: false });

const labelsOfMonitoring = once((graph: Graph): readonly Labels[] =>
  namespaceLabels(graph, monitoringNamespace).map(({ entries, complete }) => ({
    entries: new Map([...monitoringLabels, ...entries]),
    complete,
  })),
);

function admitsPeer(graph: Graph, peer: Value): Match {
  if (!isMapping(peer) || isMapping(peer.ipBlock)) return "unknown";
  // Without a namespace selector a peer is about the policy's own namespace.
  if (!isMapping(peer.namespaceSelector)) return "no";
  const { namespaceSelector, podSelector } = peer;
  // No namespace has a label that is a slip of the pen.
  for (const slip of askedLabels(namespaceSelector, [])) if (slip) return "no";
  return allOf([
    anyOf(labelsOfMonitoring(graph).map((labels) => matchesSelector(namespaceSelector, labels))),
    matchesSelector(podSelector, open(prometheus)),
  ]);
}

/** Whether a rule's list of ports holds the one that Prometheus asks. */
function admitsPort(list: Value | undefined): Match {
  if (!isList(list) || list.length === 0) return "yes";
  return anyOf(
    list.map((entry): Match => {
      const port = valueAt(entry, ["port"]) ?? null;
      if (port === null) return "yes";
      if (typeof port !== "number") return "unknown";
      const last = valueAt(entry, ["endPort"]);
      return port <= ports.secureMetrics && ports.secureMetrics <= (typeof last === "number" ? last : port)
        ? "yes"
        : "no";
    }),
  );
}

function admitsRule(graph: Graph, rule: Value): Match {
  const from = valueAt(rule, ["from"]);
  const peers = isList(from) && from.length > 0 ? anyOf(from.map((peer) => admitsPeer(graph, peer))) : "yes";
  return allOf([peers, admitsPort(valueAt(rule, ["ports"]))]);
}

function rulesOf(policy: Resource): readonly Value[] {
  const rules = valueAt(policy.value, ["spec", "ingress"]);
  return isIngress(policy) && isList(rules) ? rules : [];
}

/** Whether a policy lets cluster monitoring in, to the pods that it selects. */
export function admitsMonitoring(graph: Graph, policy: Resource): Match {
  return anyOf(rulesOf(policy).map((rule) => admitsRule(graph, rule)));
}

/** Pods of Serving that the operator gives its metrics proxy. */
const scraped: ReadonlySet<string> = new Set([
  "activator",
  "autoscaler",
  "autoscaler-hpa",
  "controller",
  "webhook",
]);

function scrapedPods(graph: Graph, serving: Resource): readonly PodTemplate[] {
  return operatorPods(graph, serving)
    .filter(({ workload }) => scraped.has(workload.name))
    .map(({ pod }) => pod);
}

/** Whether a policy selects all pods that are scraped; `some`: only a part of them. */
export function selectsScraped(graph: Graph, policy: Resource, serving: Resource): Match {
  const selector = valueAt(policy.value, ["spec", "podSelector"]);
  return allOf(
    scrapedPods(graph, serving).map((pod) => matchesSelector(selector, open(labelsOf(pod.labels)))),
  );
}

/** Whether cluster monitoring reaches the pods of a Serving through the NetworkPolicies of its namespace. */
export type Scraping =
  | { readonly state: "admitted" }
  | { readonly state: "shut out" }
  | { readonly state: "not-applicable"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

const isOf = (policy: Resource, namespace: string | null): boolean => policy.namespace === namespace;

function admittedTo(graph: Graph, pod: PodTemplate, policies: readonly Resource[]): Match {
  return anyOf(
    policies.map((policy) => {
      const selector = valueAt(policy.value, ["spec", "podSelector"]);
      return allOf([matchesSelector(selector, open(labelsOf(pod.labels))), admitsMonitoring(graph, policy)]);
    }),
  );
}

/**
 * The policies of Service Mesh 2 let members in and nobody else, so that others have to admit monitoring. By effect:
 * names of policies do not matter.
 */
export function scraping(graph: Graph, serving: Resource): Scraping {
  const unknown = (needs: string): Scraping => ({ state: "unknown", needs });
  const none = (why: string): Scraping => ({ state: "not-applicable", why });
  const used = ingressClass(serving);
  if (used.state === "unknown") return unknown(used.needs);
  if (used.state !== "istio") return none(`${used.state} is the ingress`);
  const backend = metricsBackend(graph, serving);
  if (backend.state === "unknown") return unknown(backend.needs);
  if (backend.state === "off") return none("metrics are off");
  const found = serverlessMesh(graph);
  if (found.state === "none") return none(found.why);
  if (found.state === "unknown") return unknown(found.needs);
  if (found.mesh.family === "ossm3") return none("Service Mesh 3 makes no NetworkPolicies");
  const namespace = serving.namespace ?? servingNamespace;
  const home = membership(graph, namespace, found.mesh);
  if (home.state === "unknown") return unknown(home.needs);
  if (home.state === "not-member") return none(home.why);
  const managed = managesNetworkPolicies(graph, found.mesh);
  if (managed.state === "unknown") return unknown(managed.why);
  if (managed.state === "value" && !managed.value) return none("the mesh makes no NetworkPolicies");
  const policies = graph.all(kinds.NetworkPolicy);
  const own = policies.filter((policy) => isOf(policy, namespace));
  const elsewhere = policies.filter((policy) => isOf(policy, null));
  const admitted = allOf(scrapedPods(graph, serving).map((pod) => admittedTo(graph, pod, own)));
  if (admitted === "yes") return { state: "admitted" };
  if (admitted === "unknown") return unknown(`whether the NetworkPolicies of ${namespace} admit monitoring`);
  const perhaps = elsewhere.find((policy) => admitsMonitoring(graph, policy) !== "no");
  return perhaps ? unknown(`the namespace of NetworkPolicy ${perhaps.name}`) : { state: "shut out" };
}

/** A slip in a policy that means to admit monitoring. */
export interface SelectorSlip {
  readonly path: Path;
  readonly what: "key" | "value" | "pods";
  /** What was meant: a key, or a value. */
  readonly wanted: string;
  /** The labels that hold it, for a fix; null for an expression. */
  readonly labels: Path | null;
}

function slipOf(key: string, value: Value, path: Path, labels: Path | null): SelectorSlip | null {
  const text = scalarText(value) ?? "";
  const wanted = monitoringLabels.get(key);
  if (wanted !== undefined) {
    const near = text !== wanted && nearest(text, [wanted], 3) !== null;
    return near ? { path, what: "value", wanted, labels } : null;
  }
  const meant = nearest(key, monitoringLabels.keys(), 3);
  const right = meant === null ? undefined : monitoringLabels.get(meant);
  if (meant === null || right === undefined || nearest(text, [right], 3) === null) return null;
  return { path, what: "key", wanted: meant, labels };
}

/** Every label that a namespace selector asks for, one by one. */
function* askedLabels(selector: Value | undefined, path: Path): Generator<SelectorSlip | null> {
  const labels = valueAt(selector, ["matchLabels"]);
  const at = [...path, "matchLabels"];
  if (isMapping(labels))
    for (const [key, value] of Object.entries(labels)) yield slipOf(key, value, [...at, key], at);
  const expressions = valueAt(selector, ["matchExpressions"]);
  for (const [index, expression] of (isList(expressions) ? expressions : []).entries()) {
    const key = valueAt(expression, ["key"]);
    const values = valueAt(expression, ["values"]);
    if (typeof key !== "string" || !isList(values)) continue;
    for (const value of values) yield slipOf(key, value, [...path, "matchExpressions", index], null);
  }
}

/** What a policy that evidently means to admit monitoring gets wrong; null if it has nothing to do with it. */
export function selectorSlip(graph: Graph, policy: Resource, serving: Resource): SelectorSlip | null {
  for (const [index, rule] of rulesOf(policy).entries()) {
    const from = valueAt(rule, ["from"]);
    for (const [peer, value] of (isList(from) ? from : []).entries()) {
      const path = ["spec", "ingress", index, "from", peer, "namespaceSelector"];
      for (const slip of askedLabels(valueAt(value, ["namespaceSelector"]), path)) if (slip) return slip;
      const meant = isMapping(valueAt(value, ["namespaceSelector"])) && admitsPeer(graph, value) === "yes";
      if (meant && selectsScraped(graph, policy, serving) === "no")
        return { path: ["spec", "podSelector"], what: "pods", wanted: "", labels: null };
    }
  }
  return null;
}

/** The policies of Serving's namespace that mean to admit monitoring, with what is wrong in each. */
export function slipsOf(
  graph: Graph,
  serving: Resource,
): readonly { readonly policy: Resource; readonly slip: SelectorSlip }[] {
  const namespace = serving.namespace ?? servingNamespace;
  return graph
    .own(kinds.NetworkPolicy)
    .filter((policy) => isOf(policy, namespace))
    .flatMap((policy) => {
      const slip = selectorSlip(graph, policy, serving);
      return slip ? [{ policy, slip }] : [];
    });
}
