import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";
import { mayAdmit } from "../mesh/authorization/admits.ts";
import { policiesFor } from "../mesh/authorization/selection.ts";
import { scalarText } from "../mesh/field.ts";
import { kinds } from "../mesh/kinds.ts";
import { servingNamespace } from "../mesh/knative-gateways.ts";
import { ports } from "../mesh/knative-ports.ts";
import { once } from "../mesh/memo.ts";
import { eventingNamespace } from "../mesh/namespaces.ts";
import { isClusterLocal } from "../mesh/services.ts";
import type { Hop, Route } from "./answer.ts";
import type { Caller } from "./call.ts";
import type { Client } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";
import { evaluateHop } from "./hop.ts";
import type { Arrival } from "./hop.ts";
import { activator, addressesByName, backendPaths, backendPort, revisionName } from "./knative-backend.ts";
import { externalHost } from "./knative-hosts.ts";
import { eventSenders } from "./matrix-parties.ts";
import { simulate } from "./simulate.ts";

/** A way that Knative itself has to have open. */
export interface NeededPath {
  readonly kind: "activator" | "metrics" | "drain" | "gateway" | "outside" | "events";
  /** As a sentence names it: `the activator's requests to the pod of shop/cart`. */
  readonly what: string;
  /** What a policy would have to allow: `namespace knative-serving`. */
  readonly permission: string;
  /** `error`: nothing works without it. */
  readonly severity: "error" | "warning";
  /** The Knative Service that suffers. */
  readonly service: Resource;
  /** Where it ends: refused by policies, or not certain. */
  readonly hop: Hop;
}

interface Served {
  readonly service: Resource;
  readonly pod: PodTemplate;
  readonly target: Endpoint;
}

/** Knative Services whose pods have a proxy: without one nothing is shut. */
const served = once((graph: Graph): readonly Served[] =>
  graph.all(kinds.KnativeService).flatMap((service) =>
    service.namespace === null
      ? []
      : graph
          .podsOf(service)
          .map((pod) => ({ service, pod, target: endpointOf(graph, pod) }))
          .filter(({ target }) => target.sidecar.state === "yes" && target.settings !== null),
  ),
);

function client(namespace: string, serviceAccount: string, sidecar: boolean, name: string): Client {
  return { namespace, serviceAccount, sidecar, name, labels: null };
}

function request(
  { service, target }: Served,
  graph: Graph,
  from: Client,
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Arrival {
  const { namespace } = target;
  const host = `${revisionName(service)}-private.${namespace}.svc.${graph.profile.clusterDomain}`;
  const byName = addressesByName(graph) ? host.split(".", 2).join(".") : undefined;
  return {
    client: from,
    to: target,
    port,
    service: { host, namespace, port: port === ports.http1 || port === ports.http2 ? 80 : port },
    method: "GET",
    host: byName,
    path,
    headers: new Map(Object.entries(headers)),
    token: null,
    sourceIp: undefined,
    remoteIp: undefined,
    sni: undefined,
    features: new Set(),
  };
}

/** The outcome that all variants of a caller share; null where one gets in, or no policy stops it. */
function shut(hops: readonly Hop[]): Hop | null {
  if (hops.some(({ verdict }) => verdict === "ALLOW")) return null;
  const byPolicy = hops.filter(({ reason }) => reason === "policy");
  const refused = byPolicy.find(({ verdict }) => verdict === "DENY");
  const open = hops.find(({ verdict }) => verdict === "UNCERTAIN");
  if (refused === undefined) return byPolicy[0] ?? null;
  return open === undefined ? refused : { ...refused, verdict: "UNCERTAIN", because: open.because };
}

/** Whether no ALLOW rule of a pod lets a caller in, whatever it asks for. */
function isStranger(graph: Graph, { target }: Served, { peer }: Hop): boolean {
  return target.settings !== null && !mayAdmit(policiesFor(graph, target, target.settings), peer);
}

/** Refused by a rule, and not by default. */
export const isRule = ({ considered }: Hop): boolean => considered.length === 0;

/** The activator before 1.32 has the controller's service account; with or without a sidecar, where that is open. */
function activatorPath(graph: Graph, one: Served): NeededPath | null {
  if (!backendPaths(graph, one.pod).activator) return null;
  const { sidecar, serviceAccount } = activator(graph);
  const sidecars = sidecar.state === "unknown" ? [true, false] : [sidecar.state === "yes"];
  const accounts = [...new Set([serviceAccount, "activator", "controller"])];
  const port = backendPort(one.pod);
  const hops = sidecars.flatMap((has) =>
    accounts.map((account) => {
      const from = client(servingNamespace, account, has, "the activator");
      return evaluateHop(graph, request(one, graph, from, port, "/healthz", { "k-network-probe": "queue" }));
    }),
  );
  const hop = shut(hops);
  if (hop === null) return null;
  const all = !isRule(hop) && isStranger(graph, one, hop);
  return {
    kind: "activator",
    severity: "error",
    what: `the activator's ${all ? "probes and requests" : "probes, without which it brings no requests,"} to ${one.target.name}`,
    permission: `${all ? "requests" : "GET /healthz with an address as Host"} from namespace ${servingNamespace}`,
    service: one.service,
    hop,
  };
}

/** Scraped through the private Service, or from the pods themselves without an identity. */
function metricsPath(graph: Graph, one: Served): NeededPath | null {
  const hops = [true, false].map((has) => {
    const from = client(servingNamespace, "controller", has, "the autoscaler");
    return evaluateHop(graph, request(one, graph, from, ports.metrics, "/metrics"));
  });
  const hop = shut(hops);
  if (hop === null || (!isRule(hop) && !isStranger(graph, one, hop))) return null;
  return {
    kind: "metrics",
    severity: "warning",
    what: `the autoscaler's look at port ${ports.metrics} of ${one.target.name}`,
    permission: `port ${ports.metrics} from namespace ${servingNamespace}`,
    service: one.service,
    hop,
  };
}

function drainPath(graph: Graph, one: Served): NeededPath | null {
  const from = client("", "", false, "the kubelet");
  const hop = shut([evaluateHop(graph, request(one, graph, from, ports.queueAdmin, "/wait-for-drain"))]);
  return (
    hop && {
      kind: "drain",
      severity: "warning",
      what: `the kubelet's drain hook at port ${ports.queueAdmin} of ${one.target.name}`,
      permission: `port ${ports.queueAdmin} from anywhere`,
      service: one.service,
      hop,
    }
  );
}

function refusal(routes: readonly Route[], role: Hop["role"]): Hop | null {
  const found = routes.map(({ hops }) => hops.at(-1));
  return found.find((hop) => hop?.role === role && hop.verdict === "DENY" && hop.reason === "policy") ?? null;
}

/** From outside by the gateway to the activator or straight to the pods: the probes of net-istio go the same way. */
function outsidePaths(graph: Graph, one: Served): readonly NeededPath[] {
  const local = isClusterLocal(one.service);
  if (local.state !== "value" && local.state !== "absent") return [];
  if (local.state === "value" && local.value) return [];
  const { name, namespace } = one.service;
  const { routes } = simulate(graph, {
    from: { type: "external" },
    to: { type: "knative", namespace: namespace ?? "", service: name, port: 443 },
    request: {
      method: "GET",
      host: externalHost(graph, one.service),
      path: "/healthz",
      headers: { "K-Network-Probe": "probe" },
    },
  });
  const gateway = refusal(routes, "gateway");
  const atActivator = refusal(routes, "activator");
  const straight = routes.filter((route) => route.name === "straight to a pod");
  const pod = refusal(straight, "pod");
  const service = one.service;
  const outside = `probes and requests to the external URL of ${namespace ?? ""}/${name}`;
  const found: NeededPath[] = [];
  if (gateway)
    found.push({
      kind: "outside",
      severity: "error",
      what: `${outside} at ${gateway.at}`,
      permission: `port ${gateway.port} from anywhere`,
      service,
      hop: gateway,
    });
  if (atActivator)
    found.push({
      kind: "gateway",
      severity: "error",
      what: `${outside} on their way from the gateway to ${atActivator.at}`,
      permission: "requests from the namespace of the gateway's pods",
      service,
      hop: atActivator,
    });
  if (pod && (isRule(pod) || isStranger(graph, one, pod)))
    found.push({
      kind: "gateway",
      severity: "warning",
      what: `${outside} on their way from the gateway to ${pod.at}, which they take under load`,
      permission: "requests from the namespace of the gateway's pods",
      service,
      hop: pod,
    });
  return found;
}

/** Accounts of those that carry events from brokers and channels to subscribers (the table of Knative's workloads). */
const carriers: Readonly<Record<string, readonly string[]>> = {
  Kafka: ["knative-kafka-broker-data-plane"],
  KafkaNamespaced: [],
  MTChannelBasedBroker: ["mt-broker-filter"],
  "": ["mt-broker-filter", "knative-kafka-broker-data-plane"],
};

const classKey = "eventing.knative.dev/broker.class";

/** Who brings the events of a Trigger: by the class of its Broker, if that is at hand. */
function carriersOf(graph: Graph, trigger: Resource): readonly string[] {
  const name = scalarText(valueAt(trigger.value, ["spec", "broker"]) ?? null) ?? "";
  const classes = graph
    .named(kinds.Broker, trigger.namespace, name)
    .map((broker) => scalarText(valueAt(broker.value, ["metadata", "annotations", classKey]) ?? null) ?? "");
  const [first = ""] = classes;
  return (Object.hasOwn(carriers, first) ? carriers[first] : undefined) ?? [];
}

interface Delivery {
  readonly to: Served;
  readonly trigger: Resource;
}

/** Triggers whose subscriber is a Knative Service of the set. */
function deliveries(graph: Graph): readonly Delivery[] {
  return graph.all(kinds.Trigger).flatMap((trigger) => {
    const ref = valueAt(trigger.value, ["spec", "subscriber", "ref"]);
    const version = valueAt(ref, ["apiVersion"]);
    const isService = typeof version === "string" && version.startsWith("serving.knative.dev/");
    if (!isService || valueAt(ref, ["kind"]) !== "Service" || trigger.namespace === null) return [];
    const namespace = valueAt(ref, ["namespace"]) ?? trigger.namespace;
    const name = valueAt(ref, ["name"]);
    return served(graph)
      .filter(({ service }) => service.name === name && service.namespace === namespace)
      .map((to) => ({ to, trigger }));
  });
}

/** Where events of a Trigger are refused on the way that all of them take at first. */
function eventPath(graph: Graph, { to, trigger }: Delivery): NeededPath | null {
  const { name, namespace } = to.service;
  const base = { type: "workload", namespace: eventingNamespace, workload: null, labels: null } as const;
  const callers = carriersOf(graph, trigger).flatMap((serviceAccount) => {
    const running = eventSenders(graph).find((sender) => sender.serviceAccount === serviceAccount);
    const sidecars = running ? [running.sidecar] : [true, false];
    return sidecars.map((sidecar): Caller => ({ ...base, serviceAccount, sidecar }));
  });
  const hops = callers.flatMap((from): readonly Hop[] => {
    const { routes } = simulate(graph, {
      from,
      to: { type: "knative", namespace: namespace ?? "", service: name, port: 80 },
      request: {
        method: "POST",
        host: `${name}.${namespace ?? ""}.svc.${graph.profile.clusterDomain}`,
        path: "/",
        headers: { "Kn-Namespace": trigger.namespace ?? "" },
      },
    });
    // The activator is on the way whenever a service has few pods, or none.
    const [first] = routes;
    const hop = first?.hops.at(-1);
    return hop ? [hop] : [];
  });
  // One that gets as far as a pod of which not all is known is not shut out by policies.
  if (hops.some(({ verdict, reason }) => verdict === "UNCERTAIN" && reason !== "policy")) return null;
  const hop = shut(hops);
  if (hop === null || (hop.role === "pod" && !isRule(hop) && !isStranger(graph, to, hop))) return null;
  // Behind the activator it is the activator that a pod sees: a finding of its own.
  if (hop.role === "pod" && hop.peer?.includes(`/ns/${servingNamespace}/`)) return null;
  return {
    kind: "events",
    severity: "error",
    what: `events of Trigger ${trigger.namespace ?? ""}/${trigger.name} on their way to ${namespace ?? ""}/${name}, at ${hop.at}`,
    permission: `POST from namespace ${eventingNamespace}`,
    service: to.service,
    hop,
  };
}

/** The ways that policies of the set shut, or may shut, although Knative needs them (semantics page 8). */
export const shutPaths = once((graph: Graph): readonly NeededPath[] => [
  ...served(graph).flatMap((one) => [
    ...[activatorPath(graph, one), metricsPath(graph, one), drainPath(graph, one)].filter(
      (path) => path !== null,
    ),
    ...outsidePaths(graph, one),
  ]),
  ...deliveries(graph).flatMap((delivery) => eventPath(graph, delivery) ?? []),
]);

/** The policy that speaks: the rule that refuses, else one of the service's own namespace that lacks the permission. */
export function speakerOf({ hop, service }: NeededPath): Resource | null {
  if (isRule(hop)) return hop.by?.resource ?? null;
  const own = hop.considered.map(({ resource }) => resource).filter(({ standing }) => standing === "own");
  return own.find(({ namespace }) => namespace === service.namespace) ?? own[0] ?? null;
}
