import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Mapping } from "../model/value.ts";
import { byNamespace } from "./authorization/settings.ts";
import { kinds } from "./kinds.ts";
import { labelsOf, matchesLabels } from "./label-match.ts";
import type { Labels } from "./label-match.ts";

/** How Istio reads a Service's port: `detected` where its name tells nothing. */
export type PortProtocol = "http" | "tcp" | "detected";

const httpNames = new Set(["http", "http2", "grpc", "grpc-web", "http_proxy"]);
const tcpNames = new Set(["tcp", "tls", "https", "mongo", "redis", "mysql", "postgres"]);
const applications: ReadonlyMap<string, PortProtocol> = new Map([
  ["kubernetes.io/h2c", "http"],
  ["kubernetes.io/ws", "http"],
  ["kubernetes.io/wss", "tcp"],
]);
/** Ports on which servers speak first: never looked into (istio/istio `pkg/config/kube/conversion.go`). */
const serverFirst = new Set([25, 53, 3306, 27017]);

function byName(name: string): PortProtocol | null {
  if (httpNames.has(name)) return "http";
  return tcpNames.has(name) ? "tcp" : null;
}

/** The protocol of a Service's port: `appProtocol`, else the prefix of its name, else well-known TCP ports. */
export function portProtocol(port: Mapping): PortProtocol {
  const application = typeof port.appProtocol === "string" ? port.appProtocol.toLowerCase() : null;
  if (application !== null) return applications.get(application) ?? byName(application) ?? "detected";
  const name = typeof port.name === "string" ? port.name.toLowerCase() : "";
  const known = byName(name) ?? byName(name.startsWith("grpc-web") ? "grpc-web" : (name.split("-")[0] ?? ""));
  if (known !== null) return known;
  return typeof port.port === "number" && serverFirst.has(port.port) ? "tcp" : "detected";
}

/** A port of a Service that leads to a port of a pod. */
export interface ServicePort {
  readonly service: Resource;
  readonly port: number;
  readonly target: number;
  readonly protocol: PortProtocol;
}

const servicesByNamespace = byNamespace((graph) => graph.all(kinds.Service));

function namedPort(pod: PodTemplate | null, name: string): number | null {
  const containers = pod === null ? [] : valueAt(pod.spec, ["containers"]);
  for (const container of isList(containers) ? containers : []) {
    const ports = valueAt(container, ["ports"]);
    for (const port of isList(ports) ? ports : []) {
      if (isMapping(port) && port.name === name && typeof port.containerPort === "number")
        return port.containerPort;
    }
  }
  return null;
}

function portsOf(service: Resource, pod: PodTemplate | null): readonly ServicePort[] {
  const list = valueAt(service.value, ["spec", "ports"]);
  return (isList(list) ? list : []).flatMap((port): readonly ServicePort[] => {
    if (!isMapping(port) || typeof port.port !== "number" || port.protocol === "UDP") return [];
    const wanted = port.targetPort ?? port.port;
    const target = typeof wanted === "string" ? namedPort(pod, wanted) : wanted;
    if (typeof target !== "number") return [];
    return [{ service, port: port.port, target, protocol: portProtocol(port) }];
  });
}

/** The Services of a namespace that select pods with these labels, and which pod ports they lead to. */
export function servicePortsOf(
  graph: Graph,
  namespace: string,
  labels: Labels,
  pod: PodTemplate | null,
): readonly ServicePort[] {
  return (servicesByNamespace(graph).get(namespace) ?? [])
    .filter((service) => {
      const selector = valueAt(service.value, ["spec", "selector"]);
      if (!isMapping(selector) || Object.keys(selector).length === 0) return false;
      return matchesLabels(selector, labels) === "yes";
    })
    .flatMap((service) => portsOf(service, pod));
}

/** The pods that a Service selects. */
export function podsOfService(graph: Graph, service: Resource): readonly PodTemplate[] {
  const selector = valueAt(service.value, ["spec", "selector"]);
  if (service.namespace === null || !isMapping(selector) || Object.keys(selector).length === 0) return [];
  return graph
    .pods(service.namespace)
    .filter((pod) => matchesLabels(selector, labelsOf(pod.labels)) === "yes");
}
