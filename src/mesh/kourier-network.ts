import type { Graph } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Path, type Value, valueAt } from "../model/value.ts";
import { kinds } from "./kinds.ts";
import { callerNamespaces, type KourierNamespace } from "./kourier.ts";
import { allOf, anyOf, type Labels, labelsOf, type Match, matchesSelector } from "./label-match.ts";
import { membership } from "./membership.ts";
import { namespaceLabels } from "./namespace-labels.ts";
import { managesNetworkPolicies } from "./network-policies.ts";

/** The label that the operator gives its namespaces from Serverless 1.22 on. */
export const partOfKey = "knative.openshift.io/part-of";
export const partOfValue = "openshift-serverless";

/** Where requests arrive in the services' pods. */
const servingPort = 8012;

/** Where OpenShift's router runs, and what the platform labels it with. */
export const routerNamespace = "openshift-ingress";
const routerLabels = [
  ["network.openshift.io/policy-group", "ingress"],
  ["policy-group.network.openshift.io/ingress", ""],
] as const;

function labelsOfCaller(graph: Graph, namespace: string, labelled: boolean): readonly Labels[] {
  const serverless = labelled ? [[partOfKey, partOfValue] as const] : [];
  const added = namespace === routerNamespace ? routerLabels : serverless;
  return namespaceLabels(graph, namespace).map(({ entries, complete }) => ({
    entries: new Map([...added, ...entries]),
    complete,
  }));
}

/** Whether a policy is about what comes in. */
function isIngress(policy: Resource): boolean {
  const types = valueAt(policy.value, ["spec", "policyTypes"]) ?? null;
  return !isList(types) || types.length === 0 || types.includes("Ingress");
}

const listAt = (value: Value | undefined, path: Path): readonly Value[] => {
  const list = valueAt(value, path) ?? null;
  return isList(list) ? list : [];
};

function matchesPort(entry: Value, wanted: number): Match {
  const port = valueAt(entry, ["port"]) ?? null;
  const end = valueAt(entry, ["endPort"]) ?? port;
  if (port === null) return "yes";
  if (typeof port !== "number" || typeof end !== "number") return "unknown";
  return port <= wanted && wanted <= end ? "yes" : "no";
}

function matchesRule(graph: Graph, rule: Value, caller: string, labelled: boolean, port: number): Match {
  const from = listAt(rule, ["from"]);
  const ports = listAt(rule, ["ports"]);
  const peers = from.map((peer): Match => {
    if (!isMapping(peer) || isMapping(peer.ipBlock)) return "unknown";
    // Without a selector of namespaces it is about pods beside the policy.
    if (!isMapping(peer.namespaceSelector)) return "no";
    const inside = labelsOfCaller(graph, caller, labelled).map((labels) =>
      matchesSelector(peer.namespaceSelector, labels),
    );
    return allOf([anyOf(inside), isMapping(peer.podSelector) ? "unknown" : "yes"]);
  });
  return allOf([
    from.length === 0 ? "yes" : anyOf(peers),
    ports.length === 0 ? "yes" : anyOf(ports.map((entry) => matchesPort(entry, port))),
  ]);
}

const policiesIn = (graph: Graph, namespace: string): readonly Resource[] =>
  graph.all(kinds.NetworkPolicy).filter((policy) => policy.namespace === namespace);

/** Whether a policy selects the pods of all services of a namespace. */
function selectsServices(graph: Graph, policy: Resource, { services }: KourierNamespace): Match {
  const selector = valueAt(policy.value, ["spec", "podSelector"]);
  const pods = services.flatMap((service) => graph.podsOf(service));
  return allOf(pods.map((pod) => matchesSelector(selector, { ...labelsOf(pod.labels), complete: true })));
}

const admitsCaller = (
  graph: Graph,
  policy: Resource,
  caller: string,
  labelled: boolean,
  port: number = servingPort,
): Match =>
  anyOf(
    listAt(policy.value, ["spec", "ingress"]).map((rule) => matchesRule(graph, rule, caller, labelled, port)),
  );

/** Whether the NetworkPolicies of a namespace admit another one to some pods there, beside those of the mesh. */
export function admitsNamespace(
  graph: Graph,
  to: { readonly namespace: string; readonly pods: Labels; readonly port: number },
  caller: string,
): Match {
  return anyOf(
    policiesIn(graph, to.namespace)
      .filter(isIngress)
      .map((policy) =>
        allOf([
          matchesSelector(valueAt(policy.value, ["spec", "podSelector"]), to.pods),
          admitsCaller(graph, policy, caller, true, to.port),
        ]),
      ),
  );
}

/**
 * Whether the NetworkPolicies of a namespace, those that the mesh generates included, together admit Kourier's gateway
 * and the activator to the pods of its services.
 * @param labelled whether the namespaces of Serverless have their label beyond what their Namespace objects say
 */
export function admitsKourier(graph: Graph, home: KourierNamespace, labelled = true): Match {
  const { namespace, mesh } = home;
  const managed = managesNetworkPolicies(graph, mesh);
  const own = policiesIn(graph, namespace).filter(isIngress);
  const isolated: Match =
    managed.state === "absent" || (managed.state === "value" && managed.value)
      ? "yes"
      : managed.state === "unknown"
        ? "unknown"
        : anyOf(own.map((policy) => selectsServices(graph, policy, home)));
  if (isolated === "no") return "yes";
  const admitted = allOf(
    callerNamespaces.map((caller) => {
      const member: Match = membership(graph, caller, mesh).state === "member" ? "yes" : "no";
      const byPolicy = own.map((policy) =>
        allOf([selectsServices(graph, policy, home), admitsCaller(graph, policy, caller, labelled)]),
      );
      return anyOf([...byPolicy, managed.state === "value" && !managed.value ? "no" : member]);
    }),
  );
  return admitted === "no" && isolated === "unknown" ? "unknown" : admitted;
}

/** A policy that is meant to admit Kourier, and the field that keeps it from doing so. */
export interface NearMiss {
  readonly policy: Resource;
  readonly path: Path;
  readonly message: string;
  /** Nobody has a label of such a name: a slip even where the labels of the namespaces are not known. */
  readonly certain: boolean;
  /** What is wrong, and the right text for a key or value. */
  readonly wrong:
    { readonly what: "key" | "value" | "types"; readonly right: string } | { readonly what: "selector" };
}

/** Labels of a namespace selector that resemble the operator's. */
function* misspeltLabels(policy: Resource): Generator<NearMiss> {
  for (const [index, rule] of listAt(policy.value, ["spec", "ingress"]).entries()) {
    for (const [position, peer] of listAt(rule, ["from"]).entries()) {
      const path = ["spec", "ingress", index, "from", position, "namespaceSelector", "matchLabels"];
      const labels = valueAt(peer, ["namespaceSelector", "matchLabels"]);
      if (!isMapping(labels)) continue;
      for (const [key, value] of Object.entries(labels)) {
        if (isUnknown(key) || isUnknown(value)) continue;
        const certain = nearest(key, [partOfKey], 4) !== null;
        if (!certain && !(key.includes("part-of") && value === partOfValue)) continue;
        if (key !== partOfKey)
          yield {
            policy,
            path: [...path, key],
            message: `label "${key}" of the selector is not ${partOfKey}, which the namespaces of Serverless have`,
            certain,
            wrong: { what: "key", right: partOfKey },
          };
        else if (value !== partOfValue && typeof value === "string")
          yield {
            policy,
            path: [...path, key],
            message: `the selector wants ${partOfKey} to be "${value}", and the namespaces of Serverless have ${partOfValue}`,
            certain,
            wrong: { what: "value", right: partOfValue },
          };
      }
    }
  }
}

/** What is wrong with the policies of a namespace that evidently mean to admit Kourier. */
export function nearMisses(graph: Graph, home: KourierNamespace): readonly NearMiss[] {
  return policiesIn(graph, home.namespace).flatMap((policy): readonly NearMiss[] => {
    const misspelt = [...misspeltLabels(policy)];
    if (misspelt.length > 0) return misspelt;
    const right = callerNamespaces.every((caller) => admitsCaller(graph, policy, caller, true) === "yes");
    if (!right) return [];
    if (!isIngress(policy))
      return [
        {
          policy,
          path: ["spec", "policyTypes"],
          message: "the policy admits the namespaces of Serverless, but its types leave out Ingress",
          certain: false,
          wrong: { what: "types", right: "Ingress" },
        },
      ];
    if (selectsServices(graph, policy, home) !== "no") return [];
    return [
      {
        policy,
        path: ["spec", "podSelector"],
        message: `the policy admits the namespaces of Serverless, but its podSelector leaves out pods of the services in ${home.namespace}`,
        certain: false,
        wrong: { what: "selector" },
      },
    ];
  });
}

/** A policy that admits Kourier and, by its types, cuts its pods off from everything they call. */
export function cutsEgress(graph: Graph, policy: Resource): boolean {
  const types = listAt(policy.value, ["spec", "policyTypes"]);
  if (!types.includes("Egress") || listAt(policy.value, ["spec", "egress"]).length > 0) return false;
  return callerNamespaces.every((caller) => admitsCaller(graph, policy, caller, true) === "yes");
}
