import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { read, readMap, readString, readStrings, valueOr } from "./field.ts";
import { isMadeByKnative } from "./gateway-scope.ts";
import { hostsOverlap, parseServiceHost } from "./hosts.ts";
import { integration } from "./integration.ts";
import { isForKafka } from "./kafka-egress.ts";
import { bootstrapLists } from "./kafka-bootstrap.ts";
import { kinds } from "./kinds.ts";
import { knativeHost } from "./knative-hosts.ts";
import { once } from "./memo.ts";
import { istioNamespace, systemNamespaces, usualMeshNamespace } from "./namespaces.ts";
import { isOperatorName } from "./owned-policies.ts";
import { plainTls } from "./plain-tls.ts";
import { externalHosts, knativeServices, localHosts } from "./services.ts";

/** Kinds of Istio that the book of Serverless does not describe, or not for this. */
export const undocumentedKinds = [
  kinds.VirtualService,
  kinds.EnvoyFilter,
  kinds.Sidecar,
  kinds.WasmPlugin,
  kinds.ServiceEntry,
  kinds.DestinationRule,
] as const;

const rootNamespace = (graph: Graph): string => istioNamespace(graph) ?? usualMeshNamespace;

const aboutHosts: ReadonlySet<string> = new Set([
  kinds.VirtualService,
  kinds.ServiceEntry,
  kinds.DestinationRule,
]);

/** What of Knative an object is about, and the field that says so. */
export interface Target {
  readonly path: Path;
  readonly what: string;
}

export type TargetAnswer = Target | { readonly needs: string } | null;

/** The names of the Knative Services, inside and outside the cluster. */
const serviceHosts = once((graph: Graph): readonly string[] =>
  [...knativeServices(graph), ...graph.all(kinds.DomainMapping)].flatMap((resource) => [
    ...(localHosts(graph, resource) ?? []),
    ...(externalHosts(graph, resource) ?? []),
  ]),
);

/** Labels that Knative gives to the pods of revisions. */
const isOfRevisions = (resource: Resource): boolean => {
  const selectors = [
    ["spec", "workloadSelector", "labels"],
    ["spec", "selector", "matchLabels"],
  ];
  return selectors.some((path) =>
    Object.keys(valueOr(readMap(resource, path), {})).some((key) => key.startsWith("serving.knative.dev/")),
  );
};

/**
 * In a namespace of Knative, or for the pods of revisions. What configures proxies also counts in the root namespace,
 * where it is for all of them; what is about hosts is about no others there.
 */
function byPlace(graph: Graph, resource: Resource): TargetAnswer {
  const { namespace, kind } = resource;
  if (isOfRevisions(resource)) return { path: ["spec"], what: "the pods of Knative Services" };
  if (namespace === null) return { needs: `the namespace of ${resource.id.kind} ${resource.name}` };
  if (!systemNamespaces(graph).has(namespace)) return null;
  const path = ["metadata", "namespace"];
  if (namespace !== rootNamespace(graph)) return { path, what: `the namespace ${namespace}` };
  if (aboutHosts.has(kind)) return null;
  // A mesh that serves something else is nobody's mistake (docs/definitions.md, definition D13).
  if (!integration(graph).evident && knativeServices(graph).length === 0)
    return { needs: `whether Serverless uses the mesh of ${namespace}` };
  const selective = read(resource, ["spec", "workloadSelector"]).state !== "absent";
  return { path, what: selective ? "pods of the whole mesh" : "the whole mesh" };
}

function byHosts(graph: Graph, resource: Resource): TargetAnswer {
  const hosts = readStrings(resource, ["spec", "hosts"]);
  if (hosts.state === "unknown") return { needs: hosts.why };
  const listed = valueOr(hosts, []);
  const index = listed.findIndex((host) => serviceHosts(graph).some((known) => hostsOverlap(host, known)));
  return index < 0
    ? null
    : { path: ["spec", "hosts", index], what: `the host "${listed[index]}" of Knative` };
}

/** An entry for hosts of the mesh itself: those of Knative's Services, or of its namespaces. */
function byEntry(graph: Graph, entry: Resource): TargetAnswer {
  if (isForKafka(graph, entry)) return null;
  const hosts = readStrings(entry, ["spec", "hosts"]);
  const inside = valueOr(hosts, []).findIndex((host) =>
    systemNamespaces(graph).has(parseServiceHost(host)?.namespace ?? ""),
  );
  return inside < 0
    ? byHosts(graph, entry)
    : { path: ["spec", "hosts", inside], what: "a host of Knative's own namespaces" };
}

function isKafkaHost(graph: Graph, host: string): boolean {
  const addresses = bootstrapLists(graph).flatMap((list) => list.addresses);
  return addresses.some((address) => hostsOverlap(host, address.host));
}

function byDestination(graph: Graph, rule: Resource): TargetAnswer {
  const host = readString(rule, ["spec", "host"]);
  if (host.state === "unknown") return { needs: host.why };
  if (isKafkaHost(graph, valueOr(host, ""))) return null;
  const own = isOperatorName(rule) && rule.namespace === rootNamespace(graph);
  if (own) return null;
  const about = knativeHost(graph, rule);
  if (about === "name" || about === "wildcard") {
    // That it takes mutual TLS away is the worse of the two, and told as mesh/peerauthentication-weakens-strict.
    if (plainTls(rule).length > 0) return null;
    return { path: ["spec", "host"], what: `the host "${valueOr(host, "")}" of Knative` };
  }
  return byPlace(graph, rule);
}

/** What an object of one of {@link undocumentedKinds} does to Knative; null: nothing. */
export function knativeTarget(graph: Graph, resource: Resource): TargetAnswer {
  switch (resource.kind) {
    case kinds.DestinationRule:
      return byDestination(graph, resource);
    case kinds.ServiceEntry:
      return byEntry(graph, resource);
    case kinds.VirtualService: {
      if (isMadeByKnative(resource)) return null;
      const about = byHosts(graph, resource);
      return about ?? byPlace(graph, resource);
    }
    default:
      return byPlace(graph, resource);
  }
}

/** The text by which an option names an object: `DestinationRule/knative-eventing/disable-mtls-zipkin`. */
export function objectName({ id, namespace, name }: Resource): string {
  return [id.kind, ...(namespace === null ? [] : [namespace]), name].join("/");
}

/** Whether a value of an option lists an object. */
export function isAllowed(list: unknown, resource: Resource): boolean {
  return Array.isArray(list) && list.includes(objectName(resource));
}
