import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { readString, valueOr } from "./field.ts";
import { hostCovers, serviceNames } from "./hosts.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { eventingNamespace } from "./namespaces.ts";
import { applicationNamespaces } from "./network-policies.ts";
import { type PlainTls, plainTls } from "./plain-tls.ts";
import { knativeServices, localHosts } from "./services.ts";

/** Services of Knative that calls in the mesh go to (the table of Knative's workloads), by namespace. */
const systemServices: readonly (readonly [namespace: string, names: readonly string[]])[] = [
  [servingNamespace, ["activator-service", "autoscaler"]],
  [
    eventingNamespace,
    [
      "broker-ingress",
      "broker-filter",
      "imc-dispatcher",
      "job-sink",
      "request-reply",
      "kafka-broker-ingress",
      "kafka-channel-ingress",
      "kafka-sink-ingress",
    ],
  ],
];

/** The names inside the cluster of Knative's own servers and of the Knative Services. */
const names = once((graph: Graph): readonly string[] => [
  ...systemServices.flatMap(([namespace, services]) =>
    services.flatMap((service) => serviceNames(service, namespace, graph.profile.clusterDomain)),
  ),
  ...knativeServices(graph).flatMap((service) => localHosts(graph, service) ?? []),
]);

/** Of a namespace with services, or of a tenant, every name counts for a wildcard: services come and go. */
const anyName = once((graph: Graph): readonly string[] =>
  [...applicationNamespaces(graph)].map(
    (namespace) => `any-service.${namespace}.svc.${graph.profile.clusterDomain}`,
  ),
);

/**
 * What a DestinationRule's host stands for: a name of Knative, a wildcard over some, or nothing of Knative. A host
 * without dots is a Service of the rule's own namespace. Null: not known.
 */
export function knativeHost(graph: Graph, destinationRule: Resource): "name" | "wildcard" | "other" | null {
  const host = readString(destinationRule, ["spec", "host"]);
  if (host.state === "unknown") return null;
  if (host.state === "absent") return "other";
  if (host.value.startsWith("*")) {
    const covered = [...names(graph), ...anyName(graph)].some((name) => hostCovers(host.value, name));
    return covered ? "wildcard" : "other";
  }
  if (!host.value.includes(".")) {
    if (destinationRule.namespace === null) return null;
    return names(graph).includes(`${host.value}.${destinationRule.namespace}`) ? "name" : "other";
  }
  return names(graph).includes(host.value.toLowerCase()) ? "name" : "other";
}

export type PlainKnativeTls =
  | {
      readonly state: "known";
      /** The host as it is written, and what it stands for. */
      readonly written: string;
      readonly host: "name" | "wildcard";
      readonly places: readonly PlainTls[];
    }
  | { readonly state: "unknown"; readonly needs: string };

/** Where a DestinationRule takes mutual TLS of the mesh away from clients of Knative. */
export function plainKnativeTls(graph: Graph, destinationRule: Resource): PlainKnativeTls {
  const plain = plainTls(destinationRule);
  const host = plain.length === 0 ? "other" : knativeHost(graph, destinationRule);
  if (host === null)
    return { state: "unknown", needs: `the host of DestinationRule ${destinationRule.name}` };
  const written = valueOr(readString(destinationRule, ["spec", "host"]), "");
  if (host === "other") return { state: "known", written, host: "name", places: [] };
  return { state: "known", written, host, places: plain };
}
