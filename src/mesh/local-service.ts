import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import { read, readList } from "./field.ts";
import { servicePicks, workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { knativeGateways, localGateways } from "./knative-gateways.ts";
import type { KnativeGateway } from "./knative-gateways.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { possiblePorts, serverPorts, targetPort } from "./resolved-port.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** The Service behind the local gateway (LS). */
export type LocalService =
  | {
      readonly state: "found";
      readonly services: readonly Resource[];
      /**
       * `config`: KnativeServing, or its default, names it. `fit`: it leads to the local gateway's pods and port.
       * `name`: it does not fit, but has the name that the documents give it.
       */
      readonly by: "config" | "fit" | "name";
    }
  | {
      readonly state: "absent";
      /** What is missing, `Service istio-system/knative-local-gateway`; of the entry in `gateway`, if there is one. */
      readonly wanted: string;
      readonly gateway: KnativeGateway | null;
    }
  | { readonly state: "unknown"; readonly needs: string };

const usualName = "knative-local-gateway";

/** Whether a Service's port 80 leads to a port on which one of a Gateway's servers listens. */
function leadsToServer(graph: Graph, service: Resource, gateway: Resource): boolean {
  const ports = readList(service, ["spec", "ports"]);
  const entry =
    ports.state === "value" ? ports.value.find((port) => isMapping(port) && port.port === 80) : undefined;
  if (entry === undefined) return false;
  const selected: readonly (GatewayWorkload | null)[] = workloadsOf(graph, gateway).workloads;
  const targets = (selected.length === 0 ? [null] : selected).flatMap(
    (target) => targetPort(entry, target) ?? [],
  );
  const servers = readList(gateway, ["spec", "servers"]);
  const count = servers.state === "value" ? servers.value.length : 0;
  return Array.from({ length: count }, (_, index) => serverPorts(graph, gateway, index))
    .flat()
    .some((port) => possiblePorts(port).some((possible) => targets.includes(possible)));
}

/** Whether a Service may lead to a Gateway's pods: it picks one of its workloads, or these are not at hand. */
function leadsToPods(graph: Graph, service: Resource, gateway: Resource): boolean {
  const { workloads } = workloadsOf(graph, gateway);
  if (workloads.length > 0) return workloads.some((target) => servicePicks(service, target) !== "no");
  const selector = read(service, ["spec", "selector"]);
  return (
    selector.state === "value" && isMapping(selector.value) && hasGatewayLabel(Object.values(selector.value))
  );
}

/** Without the pods at hand: a selector for gateways, as documents and charts write it. */
function hasGatewayLabel(values: readonly unknown[]): boolean {
  return values.some((value) => typeof value === "string" && value.includes("gateway"));
}

function byFit(graph: Graph): LocalService {
  const gateways = localGateways(graph);
  if (gateways.length === 0) return { state: "unknown", needs: "the local gateway" };
  // The Services that an operator makes for its gateways may fit, but nobody gives them to Knative for this.
  const services = graph.all(kinds.Service).filter((service) => service.standing !== "derived");
  const fitting = services.filter((service) =>
    gateways.some(
      (gateway) => leadsToPods(graph, service, gateway) && leadsToServer(graph, service, gateway),
    ),
  );
  // Where both Gateways share a port, the Service for external traffic fits as well.
  const usual = fitting.filter((service) => service.name === usualName);
  if (usual.length > 0) return { state: "found", services: usual, by: "fit" };
  if (fitting.length > 0) return { state: "found", services: fitting, by: "fit" };
  const named = graph.named(kinds.Service, null, usualName);
  if (named.length > 0) return { state: "found", services: named, by: "name" };
  if (graph.owns("gateways"))
    return { state: "absent", wanted: "a Service for the local gateway", gateway: null };
  return { state: "unknown", needs: "the Service of the local gateway" };
}

function byConfig(graph: Graph, gateways: readonly KnativeGateway[]): LocalService {
  const found: Resource[] = [];
  let missing: LocalService | null = null;
  for (const gateway of gateways) {
    if (gateway.service === null) {
      missing ??= {
        state: "unknown",
        needs: "the Service that the KnativeServing names for the local gateway",
      };
      continue;
    }
    const { namespace, name } = gateway.service;
    const target = graph.find(kinds.Service, namespace, name, "gateways");
    if (target.state === "found") found.push(...target.resources);
    else if (target.state === "absent") {
      missing ??= { state: "absent", wanted: `Service ${namespace}/${name}`, gateway };
    } else missing ??= { state: "unknown", needs: target.why };
  }
  if (found.length === 0 && missing !== null) return missing;
  // Mesh-only mode has no local gateway, and needs no Service.
  return { state: "found", services: [...new Set(found)], by: "config" };
}

/**
 * The Service behind the local gateway: the one that D9 names; where D9 is not known, the one that leads to its
 * pods and to a port on which it listens (definition D9, D15).
 */
export const localService = once((graph: Graph): LocalService => {
  const answer = knativeGateways(graph);
  if (answer.state === "known") {
    return byConfig(
      graph,
      answer.gateways.filter((gateway) => gateway.role === "local"),
    );
  }
  return byFit(graph);
});

/** The local Gateways that a Service of {@link localService} stands for: those configured with it, else all. */
export function localGatewaysBehind(graph: Graph, service: Resource): readonly Resource[] {
  const answer = knativeGateways(graph);
  if (answer.state !== "known") return localGateways(graph);
  return answer.gateways.flatMap((gateway) => {
    const named = gateway.service?.name === service.name;
    // A Service whose namespace is not known is a candidate of any namespace's.
    const there = service.namespace === null || gateway.service?.namespace === service.namespace;
    return gateway.role === "local" && named && there ? gateway.resources : [];
  });
}

export type OwnLocalServices =
  | { readonly state: "found"; readonly services: readonly Resource[] }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** The set's own Services behind the local gateway, where a mesh carries Serverless (definition D13). */
export function ownLocalServices(graph: Graph): OwnLocalServices {
  const mesh = serverlessMesh(graph);
  if (mesh.state === "none") return mesh;
  const answer = localService(graph);
  if (answer.state === "absent")
    return { state: "none", why: `${answer.wanted} is missing, which is reported` };
  if (answer.state === "unknown") return answer;
  return { state: "found", services: answer.services.filter((service) => service.standing === "own") };
}
