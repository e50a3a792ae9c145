import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, type Path, type Value } from "../model/value.ts";
import { readList, valueOr } from "./field.ts";
import { serversOf } from "./gateway-servers.ts";
import type { GatewayServer, ProtocolFamily } from "./gateway-servers.ts";
import { workloadsOf } from "./gateway-workloads.ts";
import { isBehindHttps } from "./https-servers.ts";
import { kinds } from "./kinds.ts";
import { knativeGateways } from "./knative-gateways.ts";
import { once, oncePer } from "./memo.ts";
import { passthroughNeed } from "./passthrough.ts";
import { possiblePorts, serverPorts, targetPort } from "./resolved-port.ts";
import { knativeServices } from "./services.ts";

/**
 * The ports of the ingress gateway's Service that OpenShift's Routes name, by what they are for (serverless-operator
 * `serving/ingress/pkg/reconciler/ingress/resources/route.go`).
 */
export const routePorts = ["https", "http2"] as const;
export type RoutePort = (typeof routePorts)[number];
const usualNumbers: Readonly<Record<RoutePort, number>> = { https: 443, http2: 80 };
const families: Readonly<Record<RoutePort, ProtocolFamily>> = { https: "tls", http2: "http" };

/** A Service of the set's own that the KnativeServing names for external traffic, with its Gateways. */
export interface IngressService {
  readonly service: Resource;
  readonly gateways: readonly Resource[];
}

export type IngressServices =
  | { readonly state: "known"; readonly services: readonly IngressService[] }
  | { readonly state: "unknown"; readonly needs: string };

export const ingressServices = once((graph: Graph): IngressServices => {
  const answer = knativeGateways(graph);
  if (answer.state === "unknown") return { state: "unknown", needs: answer.needs };
  if (answer.state === "assumed")
    return { state: "unknown", needs: "the KnativeServing, which names the Service of its gateway" };
  // Every candidate of the KnativeServing may name the same Service.
  const found = new Map<Resource, Set<Resource>>();
  for (const { role, service, resources } of answer.gateways) {
    if (role === "local" || service === null) continue;
    for (const named of graph.named(kinds.Service, service.namespace, service.name)) {
      if (named.standing !== "own") continue;
      const gateways = found.get(named) ?? new Set();
      found.set(named, gateways);
      for (const resource of resources) gateways.add(resource);
    }
  }
  return {
    state: "known",
    services: Array.from(found, ([service, gateways]) => ({ service, gateways: [...gateways] })),
  };
});

/** Which of the ports Routes of the set's services and DomainMappings lead to. */
export const neededPorts = once((graph: Graph): ReadonlySet<RoutePort> => {
  const states = [...knativeServices(graph), ...graph.all(kinds.DomainMapping)].map(
    (resource) => passthroughNeed(graph, resource).state,
  );
  return new Set(
    states.flatMap((state): readonly RoutePort[] => {
      if (state === "met") return ["https"];
      return state === "needed" ? ["http2"] : [];
    }),
  );
});

export interface ServicePort {
  readonly value: Value;
  readonly path: Path;
}

function portsOf(service: Resource): readonly ServicePort[] {
  const list = valueOr(readList(service, ["spec", "ports"]), []);
  return list.map((value, index) => ({ value, path: ["spec", "ports", index] }));
}

/** The port of a name, as Routes look for it. */
export function portNamed(service: Resource, name: RoutePort): ServicePort | undefined {
  return portsOf(service).find(({ value }) => isMapping(value) && value.name === name);
}

/** The port that was probably meant where none has the name: that of the usual number. */
export function portMeant(service: Resource, name: RoutePort): ServicePort | undefined {
  return portsOf(service).find(({ value }) => isMapping(value) && value.port === usualNumbers[name]);
}

/** A server of a Gateway on one of the numbers that the documents and charts use for external traffic. */
const isUsual = ({ number }: GatewayServer): boolean =>
  number.state === "value" && [443, 8443].includes(number.value);

/** Whether the Service is what is wrong where no HTTPS server of a Gateway gets what arrives at its port `https`. */
export const isServiceToBlame = oncePer((graph: Graph, gateway: Resource): boolean => {
  const found = ingressServices(graph);
  if (found.state === "unknown") return false;
  const servers = valueOr(serversOf(gateway), []).filter(({ family }) => family === "tls");
  return (
    found.services.some(({ gateways }) => gateways.includes(gateway)) &&
    servers.some(isUsual) &&
    servers.every((server) => isBehindHttps(graph, gateway, server) === "no")
  );
});

/** Whether a port leads past every server of a Gateway that it is for; where there is no such server, it is not asked. */
export function leadsPast(graph: Graph, gateway: Resource, name: RoutePort, port: ServicePort): boolean {
  if (name === "https") return isServiceToBlame(graph, gateway);
  const servers = valueOr(serversOf(gateway), []).filter(({ family }) => family === families[name]);
  const { workloads } = workloadsOf(graph, gateway);
  const targets = [null, ...workloads].flatMap((workload) => targetPort(port.value, workload) ?? []);
  if (servers.length === 0 || targets.length === 0) return false;
  const reached = servers.flatMap((server) => serverPorts(graph, gateway, server.index));
  return reached.every((answer) => {
    const possible = possiblePorts(answer);
    return possible.length > 0 && !possible.some((number) => targets.includes(number));
  });
}

/** A port for Routes that no port of a Service has the name of. */
export interface UnnamedPort {
  readonly name: RoutePort;
  readonly meant: ServicePort | undefined;
  /** The names that have to be given at once: one by one, the second would be missing once the first is there. */
  readonly named: readonly { readonly path: Path; readonly name: RoutePort }[];
  /** Neither of the two has its name. */
  readonly both: boolean;
}

/** Without either of them it is one mistake: the port for TLS is the one that the documents ask for. */
export function unnamedPorts(service: Resource): readonly UnnamedPort[] {
  const lacking = routePorts.filter((name) => portNamed(service, name) === undefined);
  const both = lacking.length === routePorts.length;
  return (both ? lacking.slice(0, 1) : lacking).map((name) => {
    const named = (both ? routePorts : [name]).flatMap((one) => {
      const port = portMeant(service, one);
      return port ? [{ path: [...port.path, "name"], name: one }] : [];
    });
    return { name, meant: portMeant(service, name), named, both };
  });
}

/** Ports that Routes use and that lead past the servers of a Gateway behind a Service of {@link ingressServices}. */
export function strayPorts(
  graph: Graph,
  service: Resource,
): readonly { readonly gateway: Resource; readonly name: RoutePort; readonly port: ServicePort }[] {
  const found = ingressServices(graph);
  const entries = found.state === "known" ? found.services.filter((one) => one.service === service) : [];
  return entries
    .flatMap(({ gateways }) => gateways)
    .flatMap((gateway) =>
      routePorts.flatMap((name) => {
        const port = portNamed(service, name);
        return port && leadsPast(graph, gateway, name, port) ? [{ gateway, name, port }] : [];
      }),
    );
}
