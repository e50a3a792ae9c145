import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Mapping, Value } from "../model/value.ts";
import { labelValue, read, readList } from "./field.ts";
import { servicePicks, workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { kinds } from "./kinds.ts";
import { oncePer } from "./memo.ts";

/** The label by which a Service opts out of the translation of Gateway ports. */
export const noTranslationKey = "experimental.istio.io/disable-gateway-port-translation";

/** A port on which a gateway's pods listen. */
export type ResolvedPort =
  | { readonly state: "known"; readonly port: number }
  | {
      readonly state: "unknown";
      /** It is one of these, if anything is known about it: only what is wrong for all of them is a finding. */
      readonly possible: readonly number[];
      readonly needs: string;
    };

/** What a gateway's Service, which is not at hand, makes of a port in the charts of Istio and the operator. */
const usualTargets: ReadonlyMap<number, number> = new Map([
  [80, 8080],
  [443, 8443],
]);

/** The container port of a name in a pod template; undefined if no container has it. */
function namedPort(spec: Mapping, name: string): number | undefined {
  const containers = valueAt(spec, ["containers"]);
  for (const container of isList(containers) ? containers : []) {
    const ports = valueAt(container, ["ports"]);
    for (const port of isList(ports) ? ports : []) {
      if (!isMapping(port) || port.name !== name) continue;
      if (typeof port.containerPort === "number") return port.containerPort;
    }
  }
  return undefined;
}

/** The pod port that a Service port leads to: `targetPort`, by number or by name, else the port itself. */
export function targetPort(port: Value, target: GatewayWorkload | null): number | undefined {
  if (!isMapping(port)) return undefined;
  const wanted = port.targetPort ?? port.port;
  if (typeof wanted === "number") return wanted;
  return typeof wanted === "string" && target !== null ? namedPort(target.pod.spec, wanted) : undefined;
}

/** The Services that pick a gateway's pods, or may do so because a namespace or label is not known. */
export const servicesOf: (graph: Graph, target: GatewayWorkload) => readonly GatewayService[] = oncePer(
  (graph, target) =>
    graph.all(kinds.Service).flatMap((service): readonly GatewayService[] => {
      const picks = servicePicks(service, target);
      return picks === "no" ? [] : [{ service, picks }];
    }),
);

export interface GatewayService {
  readonly service: Resource;
  readonly picks: "yes" | "unknown";
}

/** Ports that were asked for already: of many Gateways on the same pods most ask for the same. */
const resolvedPorts = oncePer((_graph: Graph, _target: GatewayWorkload) => new Map<number, ResolvedPort>());

function known(port: number): ResolvedPort {
  return { state: "known", port };
}

function usual(number: number, needs: string): ResolvedPort {
  const translated = usualTargets.get(number);
  return translated === undefined
    ? known(number)
    : { state: "unknown", possible: [translated, number], needs };
}

/**
 * The port that a Gateway server's number stands for on a gateway's pods (definition D15; istio/istio
 * `pilot/pkg/model/gateway.go` resolvePorts): the target of the first Service of the pods that has this port and
 * did not opt out, else the number itself.
 */
export function resolvedPort(graph: Graph, target: GatewayWorkload, number: number): ResolvedPort {
  const answers = resolvedPorts(graph, target);
  const answer = answers.get(number) ?? resolve(graph, target, number);
  answers.set(number, answer);
  return answer;
}

function resolve(graph: Graph, target: GatewayWorkload, number: number): ResolvedPort {
  let served = false;
  for (const { service, picks } of servicesOf(graph, target)) {
    if (labelValue(service, noTranslationKey).state !== "absent") continue;
    const ports = readList(service, ["spec", "ports"]);
    const entries = ports.state === "value" ? ports.value : [];
    const port = entries.find((entry) => isMapping(entry) && entry.port === number);
    const needs = `whether Service ${service.name} serves the gateway's pods`;
    if (picks === "unknown") {
      const translated = port === undefined ? undefined : targetPort(port, target);
      if (translated === undefined || translated === number) continue;
      return { state: "unknown", possible: [translated, number], needs };
    }
    served = true;
    if (port === undefined) continue;
    const translated = targetPort(port, target);
    if (translated !== undefined) return known(translated);
    return { state: "unknown", possible: [], needs: `the named target port of Service ${service.name}` };
  }
  if (served) return known(number);
  return usual(number, "the Service of the ingress gateway");
}

/**
 * The ports that one server of a Gateway stands for, one answer per gateway workload that the Gateway selects.
 * Without such a workload in the set, one answer by the Services that are usual for gateways.
 */
export function serverPorts(graph: Graph, gateway: Resource, server: number): readonly ResolvedPort[] {
  const number = read(gateway, ["spec", "servers", server, "port", "number"]);
  if (number.state !== "value" || typeof number.value !== "number") {
    return [{ state: "unknown", possible: [], needs: "the port of the Gateway's server" }];
  }
  const selected = workloadsOf(graph, gateway);
  const wanted = number.value;
  if (selected.workloads.length === 0) return [usual(wanted, "the Service of the ingress gateway")];
  return selected.workloads.map((target) => resolvedPort(graph, target, wanted));
}

/** Whether two answers are one port for certain, perhaps, or certainly not. */
export function samePort(a: ResolvedPort, b: ResolvedPort): "yes" | "no" | "unknown" {
  const first = possiblePorts(a);
  const second = possiblePorts(b);
  if (a.state === "known" && b.state === "known") return a.port === b.port ? "yes" : "no";
  if (first.length === 0 || second.length === 0) return "unknown";
  return first.some((port) => second.includes(port)) ? "unknown" : "no";
}

/** The ports that an answer allows; empty if nothing is known. */
export function possiblePorts(answer: ResolvedPort): readonly number[] {
  return answer.state === "known" ? [answer.port] : answer.possible;
}
