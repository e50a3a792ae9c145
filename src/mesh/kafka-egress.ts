import type { Graph } from "../model/graph.ts";
import type { Severity } from "../model/finding.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";
import { readSetting } from "./control-plane-settings.ts";
import { operatorPods } from "./data-plane.ts";
import { scalarText } from "./field.ts";
import { injectionInMesh, injectKey } from "./injection.ts";
import { ingress } from "./ingress-class.ts";
import { integration } from "./integration.ts";
import { bootstrapLists } from "./kafka-bootstrap.ts";
import type { BootstrapAddress, BootstrapList } from "./kafka-bootstrap.ts";
import { kinds } from "./kinds.ts";
import { membership } from "./membership.ts";
import { once, oncePer } from "./memo.ts";
import { namespaceLabel } from "./namespace-labels.ts";
import { eventingNamespace } from "./namespaces.ts";
import { serverlessMesh } from "./serverless-mesh.ts";
import { covers, entriesFor, hostsOf, isAddress, meshConfigValue, portsOf } from "./service-entries.ts";

export type Answer =
  | { readonly state: "yes" }
  | { readonly state: "no"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether Kafka's components of Knative are in the mesh: beside a Serving with Istio, or with sidecars of their own. */
export function usesMesh(graph: Graph, kafka: Resource): Answer {
  const used = ingress(graph);
  if (used.state === "istio") return { state: "yes" };
  if (operatorPods(graph, kafka).some(({ pod }) => injectionInMesh(graph, pod).state === "yes"))
    return { state: "yes" };
  if (used.state !== "unknown")
    return { state: "no", why: `${used.state} is the ingress, and no sidecar is asked for` };
  if (integration(graph).evident || graph.all(kinds.KnativeServing).length > 0)
    return { state: "unknown", needs: used.needs };
  return { state: "no", why: "nothing shows that Serverless works with a mesh" };
}

/** As {@link usesMesh}, for the KnativeKafka of the set; a ServiceEntry alone is half of a cluster. */
export const kafkaInMesh = once((graph: Graph): Answer => {
  const answers = graph.all(kinds.KnativeKafka).map((kafka) => usesMesh(graph, kafka));
  for (const state of ["yes", "unknown", "no"]) {
    const answer = answers.find((candidate) => candidate.state === state);
    if (answer) return answer;
  }
  return { state: "no", why: "there is no KnativeKafka" };
});

/** A Service of the cluster as clients name it. */
export interface ClusterName {
  readonly service: string;
  readonly namespace: string;
}

/** Last labels that a name of two labels has outside a cluster. */
const topLevel =
  /^(?:[a-z]{2}|com|net|org|edu|gov|int|info|biz|app|dev|cloud|tech|online|local|lan|corp|internal|home|test|example|invalid)$/;

const namespacesInUse = once(
  (graph: Graph): ReadonlySet<string | null> => new Set(graph.resources.map(({ namespace }) => namespace)),
);

/** The Service that a host names: `<service>.<namespace>[.svc[.<domain>]]`, also of a pod behind it; else null. */
export const clusterName = oncePer((graph: Graph, host: string): ClusterName | null => {
  if (isAddress(host)) return null;
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  const at = labels.indexOf("svc");
  const [first = "", second = ""] = at < 0 ? labels : labels.slice(Math.max(0, at - 2), at);
  const domain = at < 0 ? "" : labels.slice(at + 1).join(".");
  if (at < 0) {
    if (labels.length === 1) return { service: first, namespace: eventingNamespace };
    const known = namespacesInUse(graph).has(second);
    return labels.length === 2 && (known || !topLevel.test(second))
      ? { service: first, namespace: second }
      : null;
  }
  if (at < 2 || (domain !== "" && domain !== graph.profile.clusterDomain)) return null;
  return { service: first, namespace: second };
});

/** Whether a host names a Service in full, with the domain of the cluster. */
export function isFullName(graph: Graph, host: string): boolean {
  return host.toLowerCase().endsWith(`.svc.${graph.profile.clusterDomain}`);
}

/** A Service's name that only the search domains of a pod make complete. */
export function isShortName(graph: Graph, host: string): boolean {
  return clusterName(graph, host) !== null && !isFullName(graph, host);
}

/** Whether two hosts are forms of one Service's name. */
export function isSameService(graph: Graph, a: string, b: string): boolean {
  const [first, second] = [clusterName(graph, a), clusterName(graph, b)];
  return first !== null && first.service === second?.service && first.namespace === second.namespace;
}

/** Whether Strimzi gives its brokers a sidecar: by the template of their pods. */
function asksForSidecar(kafka: Resource): boolean {
  return ["labels", "annotations"].some((map) => {
    const value = valueAt(kafka.value, ["spec", "kafka", "template", "pod", "metadata", map, injectKey]);
    return value !== undefined && scalarText(value) === "true";
  });
}

/** Whether the Kafka that a host names is in the mesh with sidecars; needs evidence of both. */
export function hasSidecars(graph: Graph, host: string): Answer {
  const no = (why: string): Answer => ({ state: "no", why });
  const name = clusterName(graph, host);
  const found = serverlessMesh(graph);
  if (name === null || found.state !== "found") return no("it is outside the mesh");
  const home = membership(graph, name.namespace, found.mesh);
  if (home.state === "unknown") return { state: "unknown", needs: home.needs };
  if (home.state === "not-member") return no(home.why);
  const clusters = graph.all(kinds.StrimziKafka).filter(({ namespace }) => namespace === name.namespace);
  if (clusters.some(asksForSidecar)) return { state: "yes" };
  const sail = found.mesh.family === "ossm3";
  if (sail && namespaceLabel(graph, name.namespace, "istio-injection") === "enabled") return { state: "yes" };
  const pods = graph.pods(name.namespace);
  if (pods.some((pod) => injectionInMesh(graph, pod).state === "yes")) return { state: "yes" };
  if (sail || clusters.length > 0) return no("nothing asks for sidecars of its pods");
  return { state: "unknown", needs: `whether the pods of Kafka in ${name.namespace} have sidecars` };
}

const policyPaths = [
  ["spec", "proxy", "networking", "trafficControl", "outbound", "policy"],
  ["spec", "istio", "global", "outboundTrafficPolicy", "mode"],
];

/** Whether sidecars refuse hosts that the mesh does not know. */
const isRegistryOnly = once((graph: Graph): boolean => {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return false;
  const planes = found.mesh.controlPlanes.map((plane) => plane.resource);
  const readings = [
    ...planes.flatMap((plane) => policyPaths.map((path) => readSetting(graph, plane, path))),
    meshConfigValue(graph, ["outboundTrafficPolicy", "mode"]),
  ];
  return readings.some((reading) => reading.state === "value" && reading.value === "REGISTRY_ONLY");
});

/** How bad it is that no ServiceEntry is for a host; unknown where Kafka's own sidecars are not known. */
export function egressSeverity(graph: Graph, host: string): Severity | { readonly needs: string } {
  const sidecars = hasSidecars(graph, host);
  if (sidecars.state === "unknown") return { needs: sidecars.needs };
  if (sidecars.state === "yes") return "info";
  return clusterName(graph, host) !== null || isRegistryOnly(graph) ? "error" : "warning";
}

/** Addresses of all lists that pods of a namespace connect to. */
export function addressesFor(
  graph: Graph,
  namespace: string,
): readonly { readonly list: BootstrapList; readonly address: BootstrapAddress }[] {
  return bootstrapLists(graph)
    .filter(({ clients }) => clients.includes(namespace))
    .flatMap((list) => list.addresses.map((address) => ({ list, address })));
}

/** Ports that the documents name for Kafka. */
const usualPorts: ReadonlySet<number | null> = new Set([9092, 9093, 9094, 9095, 9096]);

/** Whether an entry is meant for Kafka: it covers, or nearly covers, a bootstrap host, or looks like it. */
export const isForKafka = oncePer((graph: Graph, entry: Resource): boolean => {
  if (
    meansOneOf(
      graph,
      entry,
      bootstrapLists(graph).flatMap(({ addresses }) => addresses),
    )
  )
    return true;
  const spoken = [entry.name, ...hostsOf(entry).map(({ bare }) => bare)];
  return (
    spoken.some((text) => /kafka/i.test(text)) || portsOf(entry).some(({ number }) => usualPorts.has(number))
  );
});

/** Whether an entry covers one of some addresses, or would if a host were written as the clients write it. */
export function meansOneOf(
  graph: Graph,
  entry: Resource,
  addresses: readonly { readonly host: string }[],
): boolean {
  return addresses.some(({ host }) => covers(entry, host) !== "no" || meantHost(graph, entry, host) !== null);
}

/** The host of an entry that was meant for a client's host: another form of the name, or a slip. */
export function meantHost(
  graph: Graph,
  entry: Resource,
  host: string,
): ReturnType<typeof hostsOf>[number] | null {
  const hosts = hostsOf(entry);
  const other = hosts.find(({ bare }) => isSameService(graph, bare, host));
  if (other) return other;
  const near = nearest(
    host,
    hosts.map(({ bare }) => bare),
    3,
  );
  return hosts.find(({ bare }) => bare === near) ?? null;
}

/** The entries for Kafka that proxies of a namespace see, or may see. */
export function kafkaEntriesFor(graph: Graph, namespace: string): ReturnType<typeof entriesFor> {
  return entriesFor(graph, namespace).filter(({ entry }) => isForKafka(graph, entry));
}

/** Whether some entry that proxies of a namespace see covers a host. */
export function isCovered(graph: Graph, namespace: string, host: string): "yes" | "no" | "unknown" {
  const answers = entriesFor(graph, namespace).map(({ entry, visible }) => {
    const match = covers(entry, host);
    return match === "yes" ? visible : match;
  });
  if (answers.includes("yes")) return "yes";
  return answers.includes("unknown") ? "unknown" : "no";
}
