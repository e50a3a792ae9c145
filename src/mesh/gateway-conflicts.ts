import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueOr } from "./field.ts";
import { sameMesh, sharedPods } from "./gateway-scope.ts";
import { serversOf } from "./gateway-servers.ts";
import type { GatewayServer } from "./gateway-servers.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { parseGatewayHost } from "./hosts.ts";
import { anyOf } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { resolvedPort, samePort, serverPorts } from "./resolved-port.ts";

/** Two servers of which istiod serves one and drops the other. */
export interface ServerConflict {
  readonly server: GatewayServer;
  readonly rival: GatewayServer;
  /** The host that both serve over TLS, by its place in `server`; null: the protocols cannot share a port. */
  readonly host: { readonly text: string; readonly index: number } | null;
}

export interface GatewayConflicts {
  readonly conflicts: readonly ServerConflict[];
  /** What would tell whether there are more; null: nothing. */
  readonly needs: string | null;
}

const none: GatewayConflicts = { conflicts: [], needs: null };

interface Side {
  readonly gateway: Resource;
  readonly server: GatewayServer;
}

function onSamePort(graph: Graph, a: Side, b: Side, workloads: readonly GatewayWorkload[]): Match {
  const first = a.server.number;
  const second = b.server.number;
  if (first.state !== "value" || second.state !== "value") return "unknown";
  if (first.value === second.value) return "yes";
  if (workloads.length > 0) {
    const same = (workload: GatewayWorkload): Match =>
      samePort(resolvedPort(graph, workload, first.value), resolvedPort(graph, workload, second.value));
    return anyOf(workloads.map(same));
  }
  const ports = serverPorts(graph, a.gateway, a.server.index);
  const others = serverPorts(graph, b.gateway, b.server.index);
  return anyOf(ports.flatMap((port) => others.map((other) => samePort(port, other))));
}

const sniHost = (text: string): string => parseGatewayHost(text).host.toLowerCase();

type Clash = ServerConflict | "no" | "unknown";

/** Whether two servers on one port exclude each other (istio/istio `pilot/pkg/model/gateway.go` mergeGateways). */
function clash(server: GatewayServer, rival: GatewayServer): Clash {
  if (server.family === "unknown" || rival.family === "unknown") return "unknown";
  if (server.bind.state !== "value" || rival.bind.state !== "value") return "unknown";
  if (server.bind.value !== rival.bind.value) return "no";
  if (server.family !== "tls" || rival.family !== "tls") {
    const merge = server.family === "http" && rival.family === "http";
    return merge ? "no" : { server, rival, host: null };
  }
  const taken = new Set(valueOr(rival.hosts, []).map(sniHost));
  const hosts = valueOr(server.hosts, []);
  const index = hosts.findIndex((text) => taken.has(sniHost(text)));
  const text = hosts[index];
  if (text !== undefined) return { server, rival, host: { text, index } };
  return server.hosts.state === "unknown" || rival.hosts.state === "unknown" ? "unknown" : "no";
}

/**
 * The servers of a Gateway that claim what a rival's servers claim, on the same pods of the same mesh. Ports are
 * compared as resolved (definition D15).
 */
export function gatewayConflicts(graph: Graph, gateway: Resource, rival: Resource): GatewayConflicts {
  const mesh = sameMesh(graph, gateway, rival);
  if (mesh === "no") return none;
  const pods = sharedPods(graph, gateway, rival);
  if (pods.state === "no") return none;
  const conflicts: ServerConflict[] = [];
  let open = false;
  for (const server of valueOr(serversOf(gateway), [])) {
    for (const other of valueOr(serversOf(rival), [])) {
      const clashing = clash(server, other);
      if (clashing === "no") continue;
      const workloads = pods.state === "yes" ? pods.workloads : [];
      const port = onSamePort(graph, { gateway, server }, { gateway: rival, server: other }, workloads);
      if (port === "no") continue;
      if (port === "yes" && clashing !== "unknown") conflicts.push(clashing);
      else open = true;
    }
  }
  if (conflicts.length > 0 && pods.state === "unknown") return { conflicts: [], needs: pods.needs };
  if (conflicts.length > 0 && mesh === "unknown")
    return { conflicts: [], needs: `the meshes of Gateways ${gateway.name} and ${rival.name}` };
  return { conflicts, needs: open ? `the ports, hosts and protocols of Gateway ${rival.name}` : null };
}
