import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import type { Mapping, Path } from "../model/value.ts";
import { excludesPort } from "./excluded-ports.ts";
import { read, readList, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";
import { sharedPods } from "./gateway-scope.ts";
import { serversOf } from "./gateway-servers.ts";
import type { GatewayServer } from "./gateway-servers.ts";
import { servicePicks, workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { parseGatewayHost } from "./hosts.ts";
import { kinds } from "./kinds.ts";
import { ingressGateways } from "./knative-gateways.ts";
import { ports as knativePorts } from "./knative-ports.ts";
import { localGatewaysBehind, localService } from "./local-service.ts";
import { oncePer } from "./memo.ts";
import { configValue } from "./operator-config.ts";
import { possiblePorts, resolvedPort, samePort, serverPorts, targetPort } from "./resolved-port.ts";
import type { ResolvedPort } from "./resolved-port.ts";
import { serverlessControlPlanes } from "./serverless-mesh.ts";

/** The port of the local gateway's Service that Knative's clients call. */
const requestNumber = 80;
const httpsNumber = 443;

/** One entry of a Service's ports. */
export interface PortEntry {
  readonly path: Path;
  readonly entry: Mapping;
}

/** The port 80 of a Service. */
export function requestPort(service: Resource): Reading<PortEntry> {
  const path = ["spec", "ports"];
  const ports = readList(service, path);
  if (ports.state !== "value") return ports;
  for (const [index, entry] of ports.value.entries()) {
    const number = read(service, [...path, index, "port"]);
    if (number.state === "unknown") return number;
    if (!isMapping(entry) || entry.protocol === "UDP" || valueOr(number, null) !== requestNumber) continue;
    return { state: "value", value: { path: [...path, index], entry } };
  }
  return { state: "absent" };
}

/** The gateway pods that a Service leads to, of those that a Gateway configures; null stands for pods elsewhere. */
export function podsBehind(
  graph: Graph,
  service: Resource,
  gateway: Resource,
): readonly (GatewayWorkload | null)[] {
  const { workloads } = workloadsOf(graph, gateway);
  if (workloads.length === 0) return [null];
  const picked = workloads.filter((workload) => servicePicks(service, workload) !== "no");
  return picked.length > 0 ? picked : workloads;
}

/** The ports on which a Gateway's servers listen in some pods. */
function listening(
  graph: Graph,
  gateway: Resource,
  target: GatewayWorkload | null,
): readonly ResolvedPort[] | null {
  const servers = serversOf(gateway);
  if (servers.state === "unknown") return null;
  return valueOr(servers, []).flatMap(({ index, number }): readonly ResolvedPort[] =>
    target !== null && number.state === "value"
      ? [resolvedPort(graph, target, number.value)]
      : serverPorts(graph, gateway, index),
  );
}

/** Whether the local gateway listens where port 80 of its Service leads (definition D15). */
export type LocalPortFit =
  | { readonly state: "yes" }
  | {
      readonly state: "no";
      /** The pod port that the Service leads to. */
      readonly target: number;
      /** Where the local gateway listens instead. */
      readonly listens: readonly number[];
    }
  /** The Service has no port 80. */
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly needs: string };

export const localPortFit: (graph: Graph, service: Resource) => LocalPortFit = oncePer((graph, service) => {
  const port = requestPort(service);
  if (port.state === "unknown") return { state: "unknown", needs: port.why };
  if (port.state === "absent") return port;
  const gateways = localGatewaysBehind(graph, service);
  let open = gateways.length === 0 ? "the local gateway" : null;
  const targets = new Set<number>();
  const listens = new Set<number>();
  for (const gateway of gateways) {
    for (const pods of podsBehind(graph, service, gateway)) {
      const target = targetPort(port.value.entry, pods);
      const ports = listening(graph, gateway, pods);
      if (target === undefined) open ??= `the number of the target port of Service ${service.name}`;
      if (ports === null) open ??= `the servers of Gateway ${gateway.name}`;
      if (target === undefined || ports === null) continue;
      targets.add(target);
      for (const answer of ports) {
        if (answer.state === "known" && answer.port === target) return { state: "yes" };
        const possible = possiblePorts(answer);
        for (const number of possible) listens.add(number);
        if (answer.state === "unknown" && (possible.length === 0 || possible.includes(target)))
          open ??= answer.needs;
      }
    }
  }
  const [target] = targets;
  if (open !== null || target === undefined)
    return { state: "unknown", needs: open ?? "the pods of the local gateway" };
  return { state: "no", target, listens: [...listens] };
});

/** How the Services of the local gateway that stand for a Gateway fit it. */
export function localPortFits(
  graph: Graph,
  gateway: Resource,
): readonly { readonly service: Resource; readonly fit: LocalPortFit }[] {
  const answer = localService(graph);
  if (answer.state !== "found") return [];
  return answer.services
    .filter((service) => localGatewaysBehind(graph, service).includes(gateway))
    .map((service) => ({ service, fit: localPortFit(graph, service) }));
}

/** Whether one of them leads to another port than the documents', so that it would have to change as well. */
export function leadsElsewhere(graph: Graph, gateway: Resource): boolean {
  return localPortFits(graph, gateway).some(
    ({ fit }) => fit.state === "yes" || (fit.state === "no" && fit.target !== knativePorts.localGateway),
  );
}

/** A server of the local gateway that uses the port of one for external traffic. */
export interface SharedServer {
  readonly server: GatewayServer;
  readonly gateway: Resource;
  readonly other: GatewayServer;
  /** Hosts that both have, without the part for namespaces. */
  readonly hosts: readonly string[];
  /** Null: it is certain. */
  readonly needs: string | null;
}

function hostsOf(server: GatewayServer): readonly string[] {
  return valueOr(server.hosts, []).map((text) => parseGatewayHost(text).host);
}

/** Whether two servers listen on one port of some of the same pods; text: what would decide it. */
function meet(
  graph: Graph,
  a: GatewayServer,
  b: GatewayServer,
  workloads: readonly GatewayWorkload[],
): boolean | string {
  const [first, second] = [a.number, b.number];
  if (first.state === "unknown") return first.why;
  if (second.state === "unknown") return second.why;
  if (first.state === "absent" || second.state === "absent") return false;
  if (valueOr(a.bind, null) !== valueOr(b.bind, null)) return false;
  if (first.value === second.value) return true;
  const answers = workloads.map((workload) =>
    samePort(resolvedPort(graph, workload, first.value), resolvedPort(graph, workload, second.value)),
  );
  if (answers.includes("yes")) return true;
  return answers.includes("unknown") ? "the Service of the ingress gateway" : false;
}

/** The servers of a local Gateway that share a port with those for external traffic, on pods of both. */
export const sharedServers: (graph: Graph, local: Resource) => readonly SharedServer[] = oncePer(
  (graph, local) =>
    ingressGateways(graph).flatMap((gateway) => {
      const pods = sharedPods(graph, local, gateway);
      if (pods.state === "no") return [];
      const workloads = pods.state === "yes" ? pods.workloads : [];
      const others = valueOr(serversOf(gateway), []);
      return valueOr(serversOf(local), []).flatMap((server) =>
        others.flatMap((other): readonly SharedServer[] => {
          const together = meet(graph, server, other, workloads);
          if (together === false) return [];
          const needs = pods.state === "unknown" ? pods.needs : together === true ? null : together;
          const theirs = hostsOf(other);
          const hosts = hostsOf(server).filter((host) => theirs.includes(host));
          return [{ server, gateway, other, hosts, needs }];
        }),
      );
    }),
);

/** The servers of a local Gateway on 443, or on a port of the Gateway for external traffic. */
export function claimingServers(graph: Graph, local: Resource): readonly GatewayServer[] {
  const shared = sharedServers(graph, local).filter(({ needs }) => needs === null);
  return valueOr(serversOf(local), []).filter(
    (server) =>
      valueOr(server.number, null) === httpsNumber ||
      shared.some((entry) => entry.server.index === server.index),
  );
}

/** Port of the gateway's TLS listener for names inside the cluster; the metrics' port has the same number. */
const tlsListener = 8444;
const localTlsKey = "cluster-local-domain-tls";

/**
 * Whether the local gateway has a TLS listener on 8444, by a server or because Knative makes one, while the control
 * plane excludes this number from the sidecars.
 */
export function usesTlsListener(graph: Graph, service: Resource): boolean {
  const served = localGatewaysBehind(graph, service).some((gateway) =>
    podsBehind(graph, service, gateway).some((pods) =>
      (listening(graph, gateway, pods) ?? []).some(
        (answer) => answer.state === "known" && answer.port === tlsListener,
      ),
    ),
  );
  const made = graph.all(kinds.KnativeServing).some((serving) => {
    const value = configValue(serving, "network", localTlsKey);
    return (
      value.state === "value" && typeof value.value === "string" && value.value.toLowerCase() === "enabled"
    );
  });
  const excluded = serverlessControlPlanes(graph).some((plane) =>
    valueOr(excludesPort(graph, plane, tlsListener), false),
  );
  return (served || made) && excluded;
}

/** Where a Service of the local gateway leads to its TLS listener on 8444, if it has one; else null. */
export function tlsTarget(graph: Graph, service: Resource): Path | null {
  const entries = valueOr(readList(service, ["spec", "ports"]), []);
  const index = entries.findIndex((entry) => isMapping(entry) && entry.targetPort === tlsListener);
  return index >= 0 && usesTlsListener(graph, service) ? ["spec", "ports", index, "targetPort"] : null;
}
