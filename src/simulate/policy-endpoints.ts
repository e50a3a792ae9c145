import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import { appliesTo } from "../mesh/authorization/selection.ts";
import { homeMesh } from "../mesh/authorization/settings.ts";
import type { MeshSettings } from "../mesh/authorization/settings.ts";
import { foreignProfiles } from "../mesh/control-plane-settings.ts";
import { gatewayWorkloads } from "../mesh/gateway-workloads.ts";
import { oncePer } from "../mesh/memo.ts";
import { resolvedPort } from "../mesh/resolved-port.ts";
import { servicePortsOf } from "../mesh/service-ports.ts";
import type { ServicePort } from "../mesh/service-ports.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";

/** The pods of the set that a policy is about. */
export interface PolicyEndpoints {
  readonly selected: readonly Endpoint[];
  /** Pods that it may select, too: a placeholder in the selector or in the labels. */
  readonly open: readonly Endpoint[];
  /** All pods among which it selects. */
  readonly among: readonly Endpoint[];
}

/** The mesh of a policy's namespace, as far as its control plane is at hand. */
export function knownSettings(graph: Graph, policy: Resource): MeshSettings | null {
  const home = policy.namespace === null ? null : homeMesh(graph, policy.namespace);
  return home?.state === "in" && home.settings.mesh.controlPlanes.length > 0 ? home.settings : null;
}

/** Whether a policy counts for pods of every namespace: it stands in the root namespace of its mesh. */
export function isRootPolicy(graph: Graph, policy: Resource): boolean {
  const home = policy.namespace === null ? null : homeMesh(graph, policy.namespace);
  return home?.state === "in" && home.settings.rootNamespace === policy.namespace;
}

export const policyEndpoints = oncePer((graph: Graph, policy: Resource): PolicyEndpoints => {
  if (policy.namespace === null) return { selected: [], open: [], among: [] };
  const pods = isRootPolicy(graph, policy) ? graph.pods() : graph.pods(policy.namespace);
  const among = pods.filter((pod) => pod.namespace !== null).map((pod) => endpointOf(graph, pod));
  const matching = (wanted: "yes" | "unknown"): readonly Endpoint[] =>
    among.filter((endpoint) => appliesTo(policy, endpoint) === wanted);
  return { selected: matching("yes"), open: matching("unknown"), among };
});

/** Whether a policy names the labels of its pods. */
export function hasSelector(policy: Resource): boolean {
  const labels = valueAt(policy.value, ["spec", "selector", "matchLabels"]);
  return isMapping(labels) && Object.keys(labels).length > 0;
}

export function isRevision({ pod }: Endpoint): boolean {
  return pod?.resource.kind.endsWith(".serving.knative.dev") ?? false;
}

export function servicePorts(graph: Graph, endpoint: Endpoint): readonly ServicePort[] {
  return servicePortsOf(graph, endpoint.namespace, endpoint.labels, endpoint.pod);
}

/** Whether a container says that it listens on a port. */
function declares({ pod }: Endpoint, port: number): boolean {
  const containers = pod === null ? undefined : valueAt(pod.spec, ["containers"]);
  return (isList(containers) ? containers : []).some((container) => {
    const ports = valueAt(container, ["ports"]);
    return isList(ports) && ports.some((entry) => valueAt(entry, ["containerPort"]) === port);
  });
}

/** A port by which clients know a pod, and the pod's own port behind it. */
export interface ServedPort {
  readonly endpoint: Endpoint;
  readonly target: number;
  /** `Service shop/orders`, or what else leads there. */
  readonly by: string;
}

/**
 * Where a number is the port of a Service, and the pod listens on another one. Policies see the pod's (istio/istio
 * `pilot/pkg/security/authz/model/generator.go`); null where the pod may have the number itself.
 */
export function behindServicePort(graph: Graph, endpoint: Endpoint, port: number): ServedPort | null {
  if (declares(endpoint, port)) return null;
  if (isRevision(endpoint)) {
    return port === 80 || port === 443 ? { endpoint, target: 8012, by: "the Services of revisions" } : null;
  }
  const ports = servicePorts(graph, endpoint);
  const found = ports.find((entry) => entry.port === port);
  if (found === undefined || ports.some(({ target }) => target === port)) return null;
  if (endpoint.role === "gateway") {
    const workload = gatewayWorkloads(graph).find(({ pod }) => pod.resource === endpoint.pod?.resource);
    const resolved = workload === undefined ? null : resolvedPort(graph, workload, port);
    if (resolved?.state !== "known" || resolved.port === port) return null;
  }
  const by = `Service ${endpoint.namespace}/${found.service.name}`;
  return { endpoint, target: found.target, by };
}

/** A Service's port that a pod's proxy reads as TCP, so that it knows no requests. */
export interface TcpPort {
  readonly endpoint: Endpoint;
  readonly target: number;
  readonly service: Resource;
  /** Its name says so; else the mesh does not look into ports whose name tells nothing. */
  readonly named: boolean;
}

function detects({ settings }: Endpoint): boolean | null {
  const plane = settings?.mesh.controlPlanes[0];
  if (!settings || !plane) return null;
  if (settings.mesh.family === "ossm3") return true;
  return (foreignProfiles(plane.resource) ?? ["unknown"]).length > 0 ? null : settings.detectsProtocols;
}

/** The ports of a pod that are certainly read as TCP; those that no Service leads to are never among them. */
export function tcpPorts(graph: Graph, endpoint: Endpoint): readonly TcpPort[] {
  if (endpoint.role !== "pod" || isRevision(endpoint)) return [];
  const ports = servicePorts(graph, endpoint);
  const isTcp = ({ protocol }: ServicePort): boolean =>
    protocol === "tcp" || (protocol === "detected" && detects(endpoint) === false);
  return ports
    .filter((entry) => ports.every((other) => other.target !== entry.target || isTcp(other)))
    .map(({ target, service, protocol }) => ({ endpoint, target, service, named: protocol === "tcp" }));
}
