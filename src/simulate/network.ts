import type { Graph } from "../model/graph.ts";
import { isAssumed } from "../model/profile.ts";
import { label } from "../model/resource.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { byNamespace, homeMesh } from "../mesh/authorization/settings.ts";
import { readSetting } from "../mesh/control-plane-settings.ts";
import type { Place } from "../mesh/field.ts";
import { kinds } from "../mesh/kinds.ts";
import { allOf, anyOf, labelsOf, matchesSelector } from "../mesh/label-match.ts";
import type { Labels, Match } from "../mesh/label-match.ts";
import type { Mesh } from "../mesh/meshes.ts";
import { once, oncePer } from "../mesh/memo.ts";
import { namespaceLabels } from "../mesh/namespace-labels.ts";

/** One end of a connection as NetworkPolicies see it. */
export interface NetworkEnd {
  readonly namespace: string;
  readonly labels: Labels;
}

/** What the cluster's network does with a connection: a separate matter from policies of the mesh. */
export type NetworkAnswer =
  | { readonly state: "open" }
  | { readonly state: "blocked"; readonly by: readonly Place[]; readonly because: string }
  | { readonly state: "unknown"; readonly needs: string; readonly by: readonly Place[] };

/** Labels that controllers give namespaces, beside those in manifests. */
const serverlessNamespaces = new Set(["knative-serving", "knative-eventing", "knative-serving-ingress"]);

const labelsOfNamespace = oncePer((graph: Graph, namespace: string): readonly Labels[] => {
  const added = new Map<string, string>();
  const home = homeMesh(graph, namespace);
  const mesh = home.state === "in" ? home.settings.mesh : null;
  if (mesh !== null && mesh.family !== "ossm3" && mesh.namespace !== null) {
    added.set("maistra.io/member-of", mesh.namespace);
  }
  if (serverlessNamespaces.has(namespace)) added.set("knative.openshift.io/part-of", "openshift-serverless");
  if (namespace === "openshift-ingress") added.set("network.openshift.io/policy-group", "ingress");
  return namespaceLabels(graph, namespace).map(({ entries, complete }) => ({
    entries: new Map([...entries, ...added]),
    complete,
  }));
});

function matchesNamespace(graph: Graph, selector: Value, namespace: string): Match {
  return anyOf(labelsOfNamespace(graph, namespace).map((labels) => matchesSelector(selector, labels)));
}

function matchesPeer(graph: Graph, peer: Value, other: NetworkEnd, home: string): Match {
  if (!isMapping(peer)) return "unknown";
  if (isMapping(peer.ipBlock)) return "unknown";
  const near: Match = other.namespace === home ? "yes" : "no";
  const inNamespace = isMapping(peer.namespaceSelector)
    ? matchesNamespace(graph, peer.namespaceSelector, other.namespace)
    : near;
  if (!isMapping(peer.podSelector)) return inNamespace;
  return allOf([inNamespace, matchesSelector(peer.podSelector, other.labels)]);
}

function matchesPort(entry: Value, port: number): Match {
  if (!isMapping(entry)) return "unknown";
  if (entry.protocol !== undefined && entry.protocol !== "TCP") return "no";
  if (entry.port === undefined) return "yes";
  if (typeof entry.port !== "number") return "unknown";
  const end = typeof entry.endPort === "number" ? entry.endPort : entry.port;
  return port >= entry.port && port <= end ? "yes" : "no";
}

/** A rule without peers, or without ports, is about all of them. */
function matchesRule(
  graph: Graph,
  rule: Value,
  side: "from" | "to",
  other: NetworkEnd,
  home: string,
  port: number,
): Match {
  const peers = valueAt(rule, [side]);
  const ports = valueAt(rule, ["ports"]);
  const some = (list: Value | undefined, test: (item: Value) => Match): Match =>
    isList(list) && list.length > 0 ? anyOf(list.map(test)) : "yes";
  return allOf([
    some(peers, (peer) => matchesPeer(graph, peer, other, home)),
    some(ports, (entry) => matchesPort(entry, port)),
  ]);
}

/** Policies that the operator makes only from a version that nobody stated say nothing certain. */
function counts(graph: Graph, policy: Resource): boolean {
  return policy.standing !== "derived" || !isAssumed(graph.profile, "serverless");
}

const policiesIn = byNamespace((graph) =>
  graph.all(kinds.NetworkPolicy).filter((policy) => counts(graph, policy)),
);

function hasType(policy: Resource, type: "Ingress" | "Egress"): boolean {
  const types = valueAt(policy.value, ["spec", "policyTypes"]);
  if (isList(types) && types.length > 0) return types.includes(type);
  return type === "Ingress" || isList(valueAt(policy.value, ["spec", "egress"]));
}

/** Whether the labels of a caller's pods can matter: some policy is about its way out, or names pods as peers. */
export const looksAtCallers = once((graph: Graph): boolean =>
  graph.all(kinds.NetworkPolicy).some((policy) => {
    const ingress = valueAt(policy.value, ["spec", "ingress"]);
    const peers = (isList(ingress) ? ingress : []).flatMap((rule) => {
      const from = valueAt(rule, ["from"]);
      return isList(from) ? from : [];
    });
    return hasType(policy, "Egress") || peers.some((peer) => isMapping(valueAt(peer, ["podSelector"])));
  }),
);

/** The Service Mesh 2 operator lets the members of a mesh reach each other, and isolates them from all others. */
function meshNetwork(graph: Graph, namespace: string): Mesh | null {
  const home = homeMesh(graph, namespace);
  if (home.state !== "in" || home.settings.mesh.family === "ossm3") return null;
  const { mesh } = home.settings;
  const managed = mesh.controlPlanes.every((plane) => {
    const reading = readSetting(graph, plane.resource, ["spec", "security", "manageNetworkPolicy"]);
    return reading.state !== "value" || reading.value !== false;
  });
  return managed && mesh.controlPlanes.length > 0 ? mesh : null;
}

function sameMesh(graph: Graph, mesh: Mesh, namespace: string): Match {
  const home = homeMesh(graph, namespace);
  if (home.state === "unknown") return "unknown";
  return home.state === "in" && home.settings.mesh === mesh ? "yes" : "no";
}

interface Side {
  readonly type: "Ingress" | "Egress";
  readonly own: NetworkEnd;
  readonly other: NetworkEnd;
  readonly port: number;
}

function oneSide(graph: Graph, { type, own, other, port }: Side): NetworkAnswer {
  const selected = (policiesIn(graph).get(own.namespace) ?? [])
    .filter((policy) => hasType(policy, type))
    .map((policy) => ({
      policy,
      match: matchesSelector(valueAt(policy.value, ["spec", "podSelector"]), own.labels),
    }))
    .filter(({ match }) => match !== "no");
  const mesh = type === "Ingress" ? meshNetwork(graph, own.namespace) : null;
  if (selected.length === 0 && mesh === null) return { state: "open" };
  const [side, list] = type === "Ingress" ? (["from", "ingress"] as const) : (["to", "egress"] as const);
  const admitted = anyOf([
    ...(mesh === null ? [] : [sameMesh(graph, mesh, other.namespace)]),
    ...selected.map(({ policy, match }) => {
      const rules = valueAt(policy.value, ["spec", list]);
      const rule = anyOf(
        (isList(rules) ? rules : []).map((item) =>
          matchesRule(graph, item, side, other, own.namespace, port),
        ),
      );
      return rule === "yes" ? match : rule;
    }),
  ]);
  if (admitted === "yes") return { state: "open" };
  const by = selected.map(({ policy }) => ({ resource: policy, path: ["spec", list] }));
  const sure = mesh !== null || selected.some(({ match }) => match === "yes");
  if (admitted === "unknown" || !sure) {
    const names = selected.map(({ policy }) => label(policy)).join(", ");
    const whose = names === "" ? "the generated NetworkPolicies" : names;
    return { state: "unknown", by, needs: `whether ${whose} admit it: labels or addresses are not known` };
  }
  const plane = mesh?.controlPlanes[0]?.resource;
  const places = by.length > 0 || plane === undefined ? by : [{ resource: plane, path: ["spec"] }];
  const names = selected.map(({ policy }) => label(policy)).join(", ");
  const because =
    names === ""
      ? `the Service Mesh operator's NetworkPolicies in ${own.namespace} admit members of the mesh only`
      : `no NetworkPolicy that selects the pod ${type === "Ingress" ? "admits the caller" : "lets it out"} (${names})`;
  return { state: "blocked", by: places, because };
}

/** Whether the NetworkPolicies at both ends let a connection through. */
export function network(graph: Graph, from: NetworkEnd, to: NetworkEnd, port: number): NetworkAnswer {
  const into = oneSide(graph, { type: "Ingress", own: to, other: from, port });
  if (into.state === "blocked") return into;
  const out = oneSide(graph, { type: "Egress", own: from, other: to, port });
  return out.state === "open" ? into : out;
}

/** Labels of a caller's pods; some pod of a namespace may have any. */
export function labelsOfCaller(labels: Readonly<Record<string, string>> | null): Labels {
  return labels === null ? { entries: new Map(), complete: false } : labelsOf(labels);
}
