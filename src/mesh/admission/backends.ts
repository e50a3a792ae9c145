import type { Graph, PodTemplate, Target } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { label, type Resource } from "../../model/resource.ts";
import { isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path } from "../../model/value.ts";
import { istioKinds, kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { isPatched } from "../patches.ts";
import { podsOfService } from "../service-ports.ts";
import { targetOf, type PortTarget } from "./ports.ts";
import { webhookKinds, webhooksOf } from "./webhooks.ts";

/** A Service that the API server calls: of a webhook, or of an aggregated API. */
export interface Backend {
  readonly from: Resource;
  /** Of the mapping with `namespace` and `name`. */
  readonly path: Path;
  /** Of the mapping with `caBundle`: a webhook's `clientConfig`, an APIService's `spec`. */
  readonly client: Path;
  readonly namespace: string;
  readonly name: string;
  /** 443 where nothing is written. */
  readonly port: number;
  /** The path of the request, where the reference has one. */
  readonly request: string | null;
}

export const backendKinds = [...webhookKinds, kinds.ApiService] as const;

function backendAt(from: Resource, client: Path): readonly Backend[] {
  const path = [...client, "service"];
  const service = valueAt(from.value, path);
  if (!isMapping(service)) return [];
  const { namespace, name, port = 443, path: request } = service;
  const isComplete = typeof namespace === "string" && typeof name === "string" && typeof port === "number";
  if (!isComplete || [namespace, name].some(isUnknown)) return [];
  return [
    { from, path, client, namespace, name, port, request: typeof request === "string" ? request : null },
  ];
}

/** The Services that a webhook configuration or an APIService names in full. */
export function backendsOf(resource: Resource): readonly Backend[] {
  if (resource.kind === kinds.ApiService) return backendAt(resource, ["spec"]);
  return webhooksOf(resource).flatMap(({ path }) => backendAt(resource, [...path, "clientConfig"]));
}

/** A webhook that the API server calls through itself, as an aggregated API. */
export function isAggregated({ namespace, name }: Backend): boolean {
  return namespace === "default" && name === "kubernetes";
}

/** `/apis/<group>/<version>/<resource>`, in its parts. */
export interface ApiPath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

export function apiPathOf(request: string): ApiPath | null {
  const [, group, version, resource] = /^\/apis\/([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(request) ?? [];
  return group && version && resource ? { group, version, resource } : null;
}

/** Namespaces whose Services others make: the platform, operators, the control plane of a mesh. */
const foreignNamespaces = once((graph: Graph): ReadonlySet<string | null> => {
  const makers = [
    kinds.OperatorSubscription,
    kinds.ClusterServiceVersion,
    kinds.ServiceMeshControlPlane,
    kinds.KnativeServing,
    kinds.KnativeEventing,
  ];
  const istio = graph.all(...istioKinds).map(({ value }) => valueAt(value, ["spec", "namespace"]));
  return new Set([
    ...graph.all(...makers).map(({ namespace }) => namespace),
    ...istio.map((namespace) => (typeof namespace === "string" ? namespace : "istio-system")),
  ]);
});

/** Kustomize puts the namespace of the Service into the reference as well: the written ones belong together. */
function renderedTogether(graph: Graph, { namespace, name }: Backend): readonly Resource[] {
  return graph
    .named(kinds.Service, null, name)
    .filter(({ value }) => valueAt(value, ["metadata", "namespace"]) === namespace);
}

/** The Service of a back end. */
export function serviceOf(graph: Graph, backend: Backend): Target {
  const { from, namespace, name } = backend;
  const target = graph.find(kinds.Service, namespace, name, "admission");
  if (target.state !== "absent") return target;
  const rendered = renderedTogether(graph, backend);
  if (rendered.length > 0) return { state: "found", resources: rendered };
  if (isPatched(graph, from)) return { state: "outside", why: `${label(from)} as Kustomize renders it` };
  const isForeign = /^(?:openshift|kube)-/.test(namespace) || foreignNamespaces(graph).has(namespace);
  return isForeign
    ? { state: "outside", why: `Service ${namespace}/${name}, which an operator makes` }
    : target;
}

/** The APIService through which an aggregated back end is called, as far as it is in the set. */
export function apiServicesOf(graph: Graph, backend: Backend): readonly Resource[] {
  const api = isAggregated(backend) && backend.request !== null ? apiPathOf(backend.request) : null;
  return api === null ? [] : graph.named(kinds.ApiService, null, `${api.version}.${api.group}`);
}

/** The back ends that take the calls in the end: those of the APIService for an aggregated one. */
export function finalBackends(graph: Graph, backend: Backend): readonly Backend[] {
  return isAggregated(backend) ? apiServicesOf(graph, backend).flatMap(backendsOf) : [backend];
}

/** The entry of a Service's ports with a number. */
export function portOf(service: Resource, port: number): Mapping | undefined {
  const ports = valueAt(service.value, ["spec", "ports"]);
  const list = Array.isArray(ports) ? ports.filter(isMapping) : [];
  return list.find((entry) => entry.port === port);
}

/** Pods that take the API server's calls, and where. */
export interface Server {
  readonly backend: Backend;
  readonly service: Resource;
  readonly pod: PodTemplate;
  readonly target: PortTarget;
}

/** Every server of the set's webhooks and aggregated APIs. */
export const servers = once((graph: Graph): readonly Server[] =>
  graph.own(...backendKinds).flatMap((resource) =>
    backendsOf(resource).flatMap((backend): readonly Server[] => {
      const target = serviceOf(graph, backend);
      if (isAggregated(backend) || target.state !== "found") return [];
      return target.resources.flatMap((service) => {
        const port = portOf(service, backend.port);
        if (port === undefined) return [];
        return podsOfService(graph, service).map((pod) => ({
          backend,
          service,
          pod,
          target: targetOf(port, pod),
        }));
      });
    }),
  ),
);

/** The set's own workloads that serve webhooks or aggregated APIs, each once. */
export const serverWorkloads = once((graph: Graph): ReadonlyMap<Resource, readonly Server[]> => {
  const found = new Map<Resource, Server[]>();
  for (const server of servers(graph)) {
    const { resource } = server.pod;
    if (resource.standing !== "own") continue;
    const known = found.get(resource);
    if (known) known.push(server);
    else found.set(resource, [server]);
  }
  return found;
});

/** The set's own Services that the API server calls, with the back ends that name them. */
export const backendServices = once((graph: Graph): ReadonlyMap<Resource, readonly Backend[]> => {
  const found = new Map<Resource, Backend[]>();
  for (const backend of graph.own(...backendKinds).flatMap(backendsOf)) {
    const target = isAggregated(backend) ? null : serviceOf(graph, backend);
    for (const service of target?.state === "found" ? target.resources : []) {
      if (service.standing !== "own") continue;
      const known = found.get(service);
      if (known) known.push(backend);
      else found.set(service, [backend]);
    }
  }
  return found;
});
