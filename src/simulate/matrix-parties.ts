import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { kinds } from "../mesh/kinds.ts";
import { once } from "../mesh/memo.ts";
import { meshes } from "../mesh/meshes.ts";
import { eventingNamespace, systemNamespaces } from "../mesh/namespaces.ts";
import { podsOfService, servicePortsOf } from "../mesh/service-ports.ts";
import { tenants } from "../mesh/tenants.ts";
import { assumedService } from "./assumed-service.ts";
import type { Backend, Call, CallRequest, WorkloadCaller } from "./call.ts";
import { endpointOf, serviceAccountOf } from "./endpoint.ts";
import { revisionName } from "./knative-backend.ts";
import { externalHost } from "./knative-hosts.ts";

/** Namespaces that the matrix is about: those with workloads or tenants, the platform's left out. */
export const applicationNamespaces = once((graph: Graph): readonly string[] => {
  const planes = meshes(graph).map((mesh) => mesh.namespace);
  const system = new Set<string | null>([...systemNamespaces(graph), ...planes]);
  const found = new Set<string>(tenants(graph).flatMap((tenant) => tenant.namespaces));
  for (const pod of graph.pods()) if (pod.namespace !== null) found.add(pod.namespace);
  return [...found]
    .filter((namespace) => !system.has(namespace) && !namespace.startsWith("openshift-"))
    .sort();
});

function callerOf(graph: Graph, pod: PodTemplate): WorkloadCaller {
  const { sidecar } = endpointOf(graph, pod);
  return {
    type: "workload",
    namespace: pod.namespace ?? "",
    serviceAccount: serviceAccountOf(pod),
    // One that may have a sidecar reaches more with it.
    sidecar: sidecar.state !== "no",
    workload: pod.resource.name,
    labels: pod.labels,
  };
}

/** Every workload of a namespace as a caller; jobs and services alike. */
export function workloadCallers(graph: Graph, namespace: string): readonly WorkloadCaller[] {
  return graph.pods(namespace).map((pod) => callerOf(graph, pod));
}

/**
 * Who may call from a namespace: whoever may run pods there runs them with any of its service accounts, with a
 * sidecar or without.
 */
export const namespaceCallers = (graph: Graph, namespace: string): readonly WorkloadCaller[] => {
  const accounts = new Set([
    "default",
    ...graph
      .all(kinds.ServiceAccount)
      .filter((account) => account.namespace === namespace)
      .map(({ name }) => name),
    ...graph.pods(namespace).map(serviceAccountOf),
  ]);
  const base = { type: "workload", namespace, workload: null, labels: null } as const;
  const [, ...others] = accounts;
  return [
    { ...base, serviceAccount: "default", sidecar: true },
    ...others.map((serviceAccount) => ({ ...base, serviceAccount, sidecar: true })),
    { ...base, serviceAccount: "default", sidecar: false },
  ];
};

/** Something that is called: a service inside, its external URL, or what takes events. */
export interface MatrixTarget {
  /** `team-bravo-1/test-webapp`. */
  readonly name: string;
  readonly namespace: string;
  /** Calls by internal names; the first one is the usual. */
  readonly calls: readonly TargetCall[];
  /** By the external URL; null for services without one. */
  readonly url: TargetCall | null;
  /** Of a Knative Service: the name of its revision. */
  readonly revision: string | null;
}

/** A call that lacks its caller. */
export type TargetCall = Omit<Call, "from">;

function get(host: string): CallRequest {
  return { method: "GET", host, path: "/", headers: {} };
}

function knativeTarget(graph: Graph, service: Resource, assumed?: Backend): MatrixTarget {
  const { name } = service;
  const namespace = service.namespace ?? "";
  const known = assumed === undefined ? {} : { assumed };
  const to = { type: "knative", namespace, service: name, port: 80, ...known } as const;
  const domain = graph.profile.clusterDomain;
  const base = `${name}.${namespace}`;
  const hosts = [
    `${base}.svc.${domain}`,
    base,
    `${base}.svc`,
    `${revisionName(service)}-private.${namespace}.svc.${domain}`,
  ];
  return {
    name: `${namespace}/${name}`,
    namespace,
    calls: hosts.map((host) => ({ to, request: get(host) })),
    url: { to: { ...to, port: 443 }, request: get(externalHost(graph, service)) },
    revision: revisionName(service),
  };
}

/** What stands for the Knative Services of a namespace that has none in the set. */
export function assumedTargets(graph: Graph, namespace: string): readonly MatrixTarget[] {
  const assumed = assumedService(graph, namespace);
  return assumed === null ? [] : [knativeTarget(graph, assumed.service, assumed)];
}

function plainTarget(graph: Graph, service: Resource): readonly MatrixTarget[] {
  const [pod] = podsOfService(graph, service);
  const { namespace, name } = service;
  if (!pod || namespace === null) return [];
  const { labels } = endpointOf(graph, pod);
  const ports = servicePortsOf(graph, namespace, labels, pod).filter((entry) => entry.service === service);
  const host = `${name}.${namespace}.svc.${graph.profile.clusterDomain}`;
  const calls = ports.map((entry): TargetCall => {
    const workload = pod.resource.name;
    const to = {
      type: "workload",
      namespace,
      workload,
      port: entry.target,
      service: name,
      servicePort: entry.port,
    } as const;
    return { to, request: get(host) };
  });
  return calls.length === 0
    ? []
    : [{ name: `${namespace}/${name}`, namespace, calls, url: null, revision: null }];
}

/** The services of a namespace: Knative Services, and plain ones that select pods of the set. */
export function serviceTargets(graph: Graph, namespace: string): readonly MatrixTarget[] {
  const mine = (resource: Resource): boolean => resource.namespace === namespace;
  const unique = new Map<string, Resource>();
  for (const service of graph.all(kinds.KnativeService).filter(mine)) unique.set(service.name, service);
  const plain = graph.all(kinds.Service).filter((service) => mine(service) && service.standing !== "derived");
  return [
    ...Array.from(unique.values(), (service) => knativeTarget(graph, service)),
    ...plain.filter((service) => !unique.has(service.name)).flatMap((service) => plainTarget(graph, service)),
  ];
}

/** The services of a namespace, or what stands for them. */
export function targetsOf(graph: Graph, namespace: string): readonly MatrixTarget[] {
  const own = serviceTargets(graph, namespace);
  return own.length > 0 ? own : assumedTargets(graph, namespace);
}

/** What takes events for others, by the Service that leads to it: by path, or by the Host of a channel. */
const receivers = [
  { service: "kafka-broker-ingress", by: "path" },
  { service: "broker-ingress", by: "path" },
  { service: "kafka-sink-ingress", by: "path" },
  { service: "job-sink", by: "path" },
  { service: "imc-dispatcher", by: "host" },
  { service: "kafka-channel-ingress", by: "host" },
] as const;

interface Receiver {
  readonly service: Resource;
  readonly pod: PodTemplate;
  readonly port: number;
  readonly servicePort: number;
  readonly by: "path" | "host";
}

/** The receivers that the operators of the set run. */
const runningReceivers = once((graph: Graph): readonly Receiver[] =>
  receivers.flatMap(({ service: name, by }) => {
    const [service] = graph.named(kinds.Service, eventingNamespace, name);
    const [pod] = service === undefined ? [] : podsOfService(graph, service);
    if (!service || !pod) return [];
    const { labels } = endpointOf(graph, pod);
    const ports = servicePortsOf(graph, eventingNamespace, labels, pod);
    const port = ports.find((entry) => entry.service === service && entry.protocol === "http");
    return port ? [{ service, pod, port: port.target, servicePort: port.port, by }] : [];
  }),
);

/** Names of Brokers, channels and sinks of a namespace; `default` stands for those that may come. */
function receiverNames(graph: Graph, namespace: string): readonly string[] {
  const own = graph
    .all(kinds.Broker, kinds.KafkaSink, kinds.KafkaChannel, kinds.InMemoryChannel, kinds.Channel)
    .filter((resource) => resource.namespace === namespace)
    .map(({ name }) => name);
  return [...new Set(["default", ...own])];
}

/** Posting an event to the Brokers, channels and sinks of a namespace. */
export function eventCalls(
  graph: Graph,
  namespace: string,
  headers: Readonly<Record<string, string>> = {},
): readonly TargetCall[] {
  const domain = graph.profile.clusterDomain;
  return runningReceivers(graph).flatMap(({ service, pod, port, servicePort, by }) =>
    receiverNames(graph, namespace).map((name): TargetCall => {
      const own = `${service.name}.${eventingNamespace}.svc.${domain}`;
      const to = {
        type: "workload",
        namespace: eventingNamespace,
        workload: pod.resource.name,
        port,
        service: service.name,
        servicePort,
      } as const;
      const host = by === "path" ? own : `${name}-kn-channel.${namespace}.svc.${domain}`;
      const path = by === "path" ? `/${namespace}/${name}` : "/";
      return { to, request: { method: "POST", host, path, headers } };
    }),
  );
}

/** Who carries events: the data plane of Eventing (the table of Knative's workloads). */
const senders = [
  "pingsource-mt-adapter",
  "imc-dispatcher",
  "mt-broker-filter",
  "kafka-broker-dispatcher",
  "kafka-channel-dispatcher",
  "kafka-source-dispatcher",
];

export const eventSenders = once((graph: Graph): readonly WorkloadCaller[] =>
  graph
    .pods(eventingNamespace)
    .filter((pod) => senders.includes(pod.resource.name))
    .map((pod) => callerOf(graph, pod)),
);

/** Whether a broker's replies come by this sender: it dispatches to subscribers. */
export function repliesToBrokers(sender: WorkloadCaller): boolean {
  return [
    "kafka-broker-dispatcher",
    "mt-broker-filter",
    "imc-dispatcher",
    "kafka-channel-dispatcher",
  ].includes(sender.workload ?? "");
}

/** The header by which Eventing says whose events it carries (`Kn-Namespace`). */
export function onBehalfOf(namespace: string): Readonly<Record<string, string>> {
  return { "Kn-Namespace": namespace };
}

/** Whether the set has anything that takes or carries events. */
export function hasEvents(graph: Graph): boolean {
  return runningReceivers(graph).length > 0 || eventSenders(graph).length > 0;
}
