import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import { readList, valueOr } from "./field.ts";
import { knativeUses } from "./gateway-scope.ts";
import type { GatewayServer } from "./gateway-servers.ts";
import { workloadsOf } from "./gateway-workloads.ts";
import { kinds } from "./kinds.ts";
import type { Match } from "./label-match.ts";
import { oncePer } from "./memo.ts";
import { possiblePorts, serverPorts, servicesOf, targetPort } from "./resolved-port.ts";

/** The Services that lead outside traffic to a Gateway's pods: those that the KnativeServing names, else those at hand. */
function servicesFor(graph: Graph, gateway: Resource): readonly Resource[] {
  const named = knativeUses(graph, gateway).flatMap(({ service }) =>
    service ? graph.named(kinds.Service, service.namespace, service.name) : [],
  );
  if (named.length > 0) return named;
  return workloadsOf(graph, gateway).workloads.flatMap((workload) =>
    servicesOf(graph, workload).map(({ service }) => service),
  );
}

/** The pod ports behind the Service port `https`, to which pass-through Routes lead; empty: not known. */
export const httpsTargets = oncePer((graph: Graph, gateway: Resource): readonly number[] => {
  const { workloads } = workloadsOf(graph, gateway);
  // Candidates of the KnativeServing name the same Services.
  const ports = [...new Set(servicesFor(graph, gateway))]
    .flatMap((service) => valueOr(readList(service, ["spec", "ports"]), []))
    .filter((port) => isMapping(port) && port.name === "https");
  const targets = ports.flatMap((port) =>
    [null, ...workloads].flatMap((workload) => targetPort(port, workload) ?? []),
  );
  return [...new Set(targets)];
});

/** Whether a server of a Gateway gets what arrives at the Service port `https`. */
export function isBehindHttps(graph: Graph, gateway: Resource, server: GatewayServer): Match {
  if (server.number.state !== "value") return "unknown";
  const targets = httpsTargets(graph, gateway);
  // The charts of Istio and of the operator: 443 to 8443.
  if (targets.length === 0) return [443, 8443].includes(server.number.value) ? "yes" : "unknown";
  const ports = serverPorts(graph, gateway, server.index);
  if (ports.some((port) => port.state === "known" && targets.includes(port.port))) return "yes";
  const open = ports.some(
    (port) =>
      port.state === "unknown" &&
      (port.possible.length === 0 || possiblePorts(port).some((possible) => targets.includes(possible))),
  );
  return open ? "unknown" : "no";
}
