import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, type Path } from "../model/value.ts";
import { servicePicks, workloadsOf } from "./gateway-workloads.ts";
import { kinds } from "./kinds.ts";
import { knativeGatewaysOf, servingNamespace } from "./knative-gateways.ts";
import type { GatewayRole, KnativeGateway } from "./knative-gateways.ts";
import { oncePer } from "./memo.ts";
import { gatewayNamespaces } from "./namespaces.ts";
import type { GatewayNamespaces } from "./namespaces.ts";
import { configMap } from "./operator-config.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** Where net-istio looks for the gateways' Services unless it is told otherwise. */
const defaultNamespace = "istio-system";
const defaultNames = { external: "knative-ingress-gateway", local: "knative-local-gateway" } as const;
const defaultServices = { external: "istio-ingressgateway", local: "knative-local-gateway" } as const;
const prefixes = { external: "gateway.", local: "local-gateway." } as const;

/**
 * A Gateway or Service of `config-istio` that is another one than the set has, where the configuration is what is
 * wrong. `namespace`: the Service is not where the gateway's pods are; `other-default`: one of the two Gateways is
 * configured elsewhere, this one left to the default; `gateway`, `service`: it does not exist.
 */
export interface ReferenceFault {
  readonly type: "namespace" | "other-default" | "gateway" | "service";
  readonly gateway: KnativeGateway;
  /** The entry of the KnativeServing; for a default the place where it is missing. */
  readonly path: Path;
  /** The key of the old form, which can be written there; null where the entry is in a list. */
  readonly key: Path | null;
  /** Namespaces of the gateway's pods, as far as known. */
  readonly namespaces: readonly string[];
  /** Objects that were probably meant: the Service behind the pods, Gateways of the name elsewhere. */
  readonly meant: readonly Resource[];
}

export interface ReferenceFaults {
  readonly faults: readonly ReferenceFault[];
  readonly needs: readonly string[];
}

/** The namespaces of the pods that a Gateway of Knative selects; those of the ingress gateway where that is not known. */
function namespacesOf(graph: Graph, gateway: KnativeGateway): GatewayNamespaces {
  const workloads = gateway.resources.flatMap((resource) => workloadsOf(graph, resource).workloads);
  const own = new Set(workloads.flatMap(({ namespace }) => namespace ?? []));
  const known = own.size > 0 && workloads.every(({ namespace }) => namespace !== null);
  return known ? { state: "known", namespaces: [...own] } : gatewayNamespaces(graph);
}

/**
 * The Services that lead to the pods of a Gateway; for the local one those that are named for it. Asked once for all
 * candidates of a KnativeServing that name the same Gateway.
 */
const servicesBehind = oncePer(
  (graph: Graph, gateway: KnativeGateway): readonly Resource[] => {
    const workloads = new Set(
      gateway.resources.flatMap((resource) => workloadsOf(graph, resource).workloads),
    );
    const picking = graph
      .all(kinds.Service)
      .filter(({ name }) => name.includes("local") === (gateway.role === "local"))
      .filter((service) => [...workloads].some((workload) => servicePicks(service, workload) === "yes"));
    const usual = picking.filter(({ name }) => name === defaultServices[gateway.role]);
    return usual.length > 0 ? usual : picking;
  },
  ({ role, namespace, name }) => `${role} ${namespace}/${name}`,
);

function layerOf(graph: Graph): "gateways" | "serverless" {
  return graph.owns("gateways") ? "gateways" : "serverless";
}

function gatewaysNamed(graph: Graph, name: string): readonly Resource[] {
  return graph.all(kinds.Gateway).filter((gateway) => gateway.name === name);
}

type Found = Pick<ReferenceFault, "type" | "namespaces" | "meant"> | { readonly needs: string } | null;

/** Keys that name another Gateway than the default one; where the default one is missing, it is the Gateway's fault. */
function gatewayFault(graph: Graph, gateway: KnativeGateway, serving: Resource): Found {
  const { role, namespace, name, at, resources } = gateway;
  if (at === null || resources.length > 0) return null;
  const target = graph.find(kinds.Gateway, namespace, name, layerOf(graph));
  if (target.state === "outside") return { needs: target.why };
  const meant = gatewaysNamed(graph, name);
  const short = `${prefixes[role]}${name}` === at.path.at(-1);
  const isDefault =
    namespace === (serving.namespace ?? servingNamespace) && name === defaultNames[role] && !short;
  return isDefault || (short && meant.length === 0 && name === defaultNames[role])
    ? null
    : {
        type: "gateway",
        namespaces: [],
        meant: meant.length > 0 ? meant : gatewaysNamed(graph, defaultNames[role]),
      };
}

/** A local Service that is missing, or in another place than configured, is told by gateway/local-service-missing. */
function serviceFault(graph: Graph, gateway: KnativeGateway, others: readonly KnativeGateway[]): Found {
  const { role, service, host } = gateway;
  if (host === null) return { needs: "the host name of the gateway's Service" };
  if (service === null) return null;
  const found = namespacesOf(graph, gateway);
  if (found.state === "unknown") {
    const elsewhere = others.find(
      (other) => other.at !== null && other.service !== null && other.service.namespace !== defaultNamespace,
    );
    if (gateway.at !== null || elsewhere?.service === null || elsewhere === undefined) return found;
    return { type: "other-default", namespaces: [elsewhere.service.namespace], meant: [] };
  }
  const { namespaces } = found;
  const meant = servicesBehind(graph, gateway);
  if (!namespaces.includes(service.namespace)) return { type: "namespace", namespaces, meant };
  if (service.domain !== null && service.domain !== graph.profile.clusterDomain)
    return { type: "service", namespaces, meant };
  const target = graph.find(kinds.Service, service.namespace, service.name, "gateways");
  if (target.state === "found") return null;
  if (target.state === "outside") return { needs: target.why };
  // Service Mesh 3 brings none: with no other one in its place, the Service is what is missing, not the entry wrong.
  const mesh = serverlessMesh(graph);
  if (meant.length === 0 && mesh.state === "found" && mesh.mesh.family === "ossm3") return null;
  const isDefault = service.namespace === defaultNamespace && service.name === defaultServices[role];
  const isElsewhere = graph.all(kinds.Service).some(({ name }) => name === service.name);
  return role === "local" && (isDefault || isElsewhere) ? null : { type: "service", namespaces, meant };
}

function compute(graph: Graph, serving: Resource): ReferenceFaults {
  const answer = knativeGatewaysOf(graph, serving);
  if (answer.state === "unknown") return { faults: [], needs: [answer.needs] };
  const map = configMap(serving, "istio");
  const base = map.state === "value" ? map.value.path : ["spec", "config", "istio"];
  const isList = answer.state === "known" && answer.format === "new";
  const faults: ReferenceFault[] = [];
  const needs = new Set<string>();
  for (const gateway of answer.gateways) {
    const { role, namespace, name, at } = gateway;
    const others = answer.gateways.filter((other) => other.role !== role);
    const found = gatewayFault(graph, gateway, serving) ?? serviceFault(graph, gateway, others);
    if (found === null) continue;
    if ("needs" in found) {
      needs.add(found.needs);
      continue;
    }
    const missing = isList ? `${role}-gateways` : `${prefixes[role]}${namespace}.${name}`;
    const key = at?.path ?? [...base, missing];
    const path = at === null && map.state === "absent" ? base : key;
    faults.push({ ...found, gateway, path, key: isList ? null : key });
  }
  return { faults, needs: [...needs] };
}

/**
 * What one candidate of KnativeServing says, or by silence means, about Gateways and Services that the set does not
 * have (definition D9, D14; net-istio `pkg/reconciler/ingress/config/istio.go`).
 */
export const referenceFaults: (graph: Graph, serving: Resource) => ReferenceFaults = oncePer(compute);

/** Whether the Service of a role is looked for in a namespace without the gateway's pods: then none is missing there. */
export function isMisdirected(graph: Graph, serving: Resource, role: GatewayRole): boolean {
  return referenceFaults(graph, serving).faults.some(
    (fault) => fault.gateway.role === role && fault.type !== "gateway",
  );
}

/** The faults that one missing map, or one list, has in common. */
export function groupedFaults(
  faults: readonly ReferenceFault[],
): readonly (readonly [ReferenceFault, ...ReferenceFault[]])[] {
  const groups = new Map<string, [ReferenceFault, ...ReferenceFault[]]>();
  for (const fault of faults) {
    const key = formatPath(fault.path);
    const group = groups.get(key);
    if (group) group.push(fault);
    else groups.set(key, [fault]);
  }
  return [...groups.values()];
}
