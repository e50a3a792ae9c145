import type { Graph } from "../model/graph.ts";
import { once } from "../mesh/memo.ts";
import { servicePortsOf } from "../mesh/service-ports.ts";
import type { ServicePort } from "../mesh/service-ports.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ServicePath } from "./connection.ts";

/** How an inbound port of a proxy reads what arrives: one reading, or both where that is not settled. */
export type Readings = readonly ["http"] | readonly ["tcp"] | readonly ["http", "tcp"];

const serviceLists = once(() => new Map<Endpoint, readonly ServicePort[]>());

function servicesOf(graph: Graph, endpoint: Endpoint): readonly ServicePort[] {
  const known = serviceLists(graph);
  const old = known.get(endpoint);
  if (old) return old;
  const ports = servicePortsOf(graph, endpoint.namespace, endpoint.labels, endpoint.pod);
  known.set(endpoint, ports);
  return ports;
}

/** Ports of queue-proxy and activator that the Services of revisions and activator lead to, all of them HTTP. */
const knativePorts = new Set([8012, 8013, 8112, 8022, 9090, 9091]);

function isRevision(endpoint: Endpoint): boolean {
  return endpoint.pod?.resource.kind.endsWith(".serving.knative.dev") ?? false;
}

/** The Service by which a pod's port is reached; null: it is in none. */
export function serviceFor(
  graph: Graph,
  endpoint: Endpoint,
  port: number,
  wanted: { readonly service?: string; readonly servicePort?: number } = {},
): ServicePath | null {
  const domain = graph.profile.clusterDomain;
  const path = (service: string, number: number): ServicePath => ({
    host: `${service}.${endpoint.namespace}.svc.${domain}`,
    namespace: endpoint.namespace,
    port: number,
  });
  if (isRevision(endpoint) && knativePorts.has(port)) {
    const revision = endpoint.labels.entries.get("serving.knative.dev/revision") ?? "";
    return path(wanted.service ?? `${revision}-private`, wanted.servicePort ?? 80);
  }
  const candidates = servicesOf(graph, endpoint).filter(({ target }) => target === port);
  const found =
    candidates.find(
      ({ service, port: number }) =>
        (wanted.service === undefined || service.name === wanted.service) &&
        (wanted.servicePort === undefined || number === wanted.servicePort),
    ) ?? candidates[0];
  return found ? path(found.service.name, found.port) : null;
}

/**
 * The reading of a pod's port: that of the Service's port. What a port in no Service, or one whose name tells nothing,
 * is read as depends on detection (semantics 4.5, 10; 11 for the first in Service Mesh 2).
 * @param isHttp whether what arrives is HTTP
 */
export function readingsOf(
  graph: Graph,
  endpoint: Endpoint,
  port: number,
  service: ServicePath | null,
  isHttp: boolean,
): Readings {
  if (endpoint.role === "gateway" || endpoint.role === "activator") return ["http"];
  if (isRevision(endpoint) && knativePorts.has(port)) return ["http"];
  const detects = endpoint.settings?.detectsProtocols ?? true;
  const detected: Readings = isHttp ? ["http"] : ["tcp"];
  const mine = servicesOf(graph, endpoint).filter(({ target }) => target === port);
  const found = mine.find(
    (candidate) =>
      service !== null &&
      service.host.startsWith(`${candidate.service.name}.`) &&
      candidate.port === service.port,
  );
  const protocol = (found ?? mine[0])?.protocol;
  if (protocol === undefined) return detects || !isHttp ? detected : ["http", "tcp"];
  if (protocol === "detected") return detects ? detected : ["tcp"];
  return protocol === "http" ? ["http"] : ["tcp"];
}
