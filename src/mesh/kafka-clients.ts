import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import type { Mapping } from "../model/value.ts";
import { injection } from "./injection.ts";
import { bootstrapLists, kafkaBrokers } from "./kafka-bootstrap.ts";
import { isCovered } from "./kafka-egress.ts";
import { meshesOf } from "./membership.ts";
import { once } from "./memo.ts";
import { eventingNamespace } from "./namespaces.ts";
import { covers } from "./service-entries.ts";

/** Pods that speak to Kafka from outside the namespace of Knative's components. */
export interface KafkaClient {
  /** What makes them: a Broker, or a workload. */
  readonly resource: Resource;
  readonly namespace: string;
  readonly host: string;
}

/**
 * Brokers of class `KafkaNamespaced`: their data plane runs beside them (knative-extensions/eventing-kafka-broker
 * `control-plane/pkg/reconciler/broker/namespaced_broker.go`).
 */
export const ownDataPlanes = once((graph: Graph): readonly KafkaClient[] =>
  kafkaBrokers(graph).flatMap(({ broker, own }) => {
    const { namespace } = broker;
    if (!own || namespace === null || namespace === eventingNamespace) return [];
    const lists = bootstrapLists(graph).filter(({ clients }) => clients.includes(namespace));
    return lists.flatMap(({ addresses }) =>
      addresses.map(({ host }) => ({ resource: broker, namespace, host })),
    );
  }),
);

/** The texts of the environment of a template's containers. */
function environment(spec: Mapping): readonly string[] {
  const containers = valueAt(spec, ["containers"]);
  return (isList(containers) ? containers : []).flatMap((container) => {
    const variables = valueAt(container, ["env"]);
    return (isList(variables) ? variables : []).flatMap((variable) => {
      const value = valueAt(variable, ["value"]);
      return typeof value === "string" ? [value] : [];
    });
  });
}

/** Workloads with a sidecar whose environment names an address of the bootstrap lists. */
export const directClients = once((graph: Graph): readonly KafkaClient[] => {
  const addresses = bootstrapLists(graph).flatMap((list) => list.addresses);
  return graph.pods().flatMap((pod) => {
    const { resource, namespace } = pod;
    if (namespace === null || namespace === eventingNamespace || resource.standing === "derived") return [];
    const texts = environment(pod.spec).flatMap((text) => text.split(","));
    const found = addresses.find(({ text }) => texts.includes(text));
    return found && injection(graph, pod).state === "yes" ? [{ resource, namespace, host: found.host }] : [];
  });
});

/** Whether an entry is for a client's host, and no entry that the client sees is. */
export function unseenBy(
  graph: Graph,
  entry: Resource,
  { namespace, host }: KafkaClient,
): "yes" | "no" | "unknown" {
  if (covers(entry, host) !== "yes") return "no";
  const covered = isCovered(graph, namespace, host);
  if (covered === "unknown") return covered;
  return covered === "yes" ? "no" : "yes";
}

/** Clients of a mesh in namespaces that see no entry for their host, one for each namespace that misses this one. */
export function strandedClients(
  graph: Graph,
  entry: Resource,
): readonly (KafkaClient & { readonly needs: string | null })[] {
  const seen = new Set<string>();
  return [...ownDataPlanes(graph), ...directClients(graph)].flatMap((client) => {
    const { namespace } = client;
    const unseen = unseenBy(graph, entry, client);
    if (seen.has(namespace) || unseen === "no") return [];
    const home = meshesOf(graph, namespace);
    if (home.state === "none") return [];
    seen.add(namespace);
    if (home.state === "unknown") return [{ ...client, needs: home.needs }];
    return [{ ...client, needs: unseen === "unknown" ? `the ServiceEntries that ${namespace} sees` : null }];
  });
}
