import type { Graph } from "../model/graph.ts";
import { label } from "../model/resource.ts";
import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import { readStrings, valueOr } from "../mesh/field.ts";
import { gatewayWorkloads, workloadsOf } from "../mesh/gateway-workloads.ts";
import type { GatewayWorkload } from "../mesh/gateway-workloads.ts";
import { gatewayHostsCover } from "../mesh/hosts.ts";
import { kinds } from "../mesh/kinds.ts";
import { gatewaysOf } from "../mesh/knative-gateways.ts";
import type { GatewayRole } from "../mesh/knative-gateways.ts";
import { resolvedPort } from "../mesh/resolved-port.ts";
import type { Hop, HopAnswer } from "./answer.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";
import { answer, uncertain } from "./hop.ts";

/** The server of a Gateway that takes a call, on the pods that serve it. */
export type GatewayServer =
  | {
      readonly state: "found";
      readonly gateway: Resource;
      readonly endpoint: Endpoint;
      readonly port: number;
      /** What a caller without a certificate of the mesh meets. */
      readonly connection: Connection;
    }
  | { readonly state: "none"; readonly answer: HopAnswer };

interface ServerWish {
  readonly role: GatewayRole;
  /** The number of the server's port, as Gateways write it; null: any. */
  readonly port: number | null;
  /** Without port. */
  readonly host: string;
  /** Namespace of the service. */
  readonly namespace: string;
}

function connectionOf(gateway: Resource, index: number): Connection {
  const path = ["spec", "servers", index, "tls", "mode"];
  const at = { resource: gateway, path };
  const tls = valueAt(gateway.value, ["spec", "servers", index, "tls"]);
  const mode = tls === undefined ? "NONE" : (valueAt(gateway.value, path) ?? "PASSTHROUGH");
  switch (mode) {
    case "NONE":
    case "SIMPLE":
    case "OPTIONAL_MUTUAL":
      return { state: "open", peer: null, by: at };
    case "ISTIO_MUTUAL":
      return { state: "certificate-required", by: at, scope: "gateway" };
    case "MUTUAL":
      return { state: "unknown", needs: `whether the caller has a certificate that ${label(gateway)} takes` };
    default:
      return { state: "unknown", needs: `what TLS mode ${String(mode)} of ${label(gateway)} leads to` };
  }
}

function serverIndex(gateway: Resource, wish: ServerWish): number | null {
  const servers = valueAt(gateway.value, ["spec", "servers"]);
  const found = (isList(servers) ? servers : []).findIndex((server, index) => {
    const number = valueAt(server, ["port", "number"]);
    if (wish.port !== null && number !== wish.port) return false;
    const hosts = valueOr(readStrings(gateway, ["spec", "servers", index, "hosts"]), []);
    return gatewayHostsCover(hosts, wish.host, wish.namespace, gateway.namespace);
  });
  return found < 0 ? null : found;
}

function found(graph: Graph, gateway: Resource, index: number, workload: GatewayWorkload): GatewayServer {
  const number = valueAt(gateway.value, ["spec", "servers", index, "port", "number"]);
  const wanted = typeof number === "number" ? number : 0;
  const resolved = resolvedPort(graph, workload, wanted);
  const port = resolved.state === "known" ? resolved.port : (resolved.possible[0] ?? wanted);
  const endpoint = endpointOf(graph, workload.pod);
  return { state: "found", gateway, endpoint, port, connection: connectionOf(gateway, index) };
}

const roleNames = { external: "knative-ingress-gateway", local: "knative-local-gateway" } as const;

/** Which gateway pods take a call by a Knative Gateway, and how they meet the caller. */
export function gatewayServer(graph: Graph, wish: ServerWish): GatewayServer {
  const gateways = gatewaysOf(graph, wish.role);
  const [first] = gateways;
  const name = roleNames[wish.role];
  if (first === undefined) {
    const owned = graph.owns("gateways");
    const refused = answer("DENY", "routing", `no Gateway ${name} is there, so nothing serves the call`, {
      status: wish.role === "external" ? 503 : null,
      remedy: `write the Gateway ${name}`,
    });
    return { state: "none", answer: owned ? refused : uncertain(`the Gateway ${name}`) };
  }
  let open: string | null = null;
  for (const gateway of gateways) {
    const index = serverIndex(gateway, wish);
    if (index === null) continue;
    const selected = workloadsOf(graph, gateway);
    const [workload] = selected.workloads;
    if (workload) return found(graph, gateway, index, workload);
    open ??= selected.state === "unknown" ? selected.needs : null;
    if (selected.state === "known") {
      const because = `${label(gateway)} selects no gateway's pods`;
      const by = { resource: gateway, path: ["spec", "selector"] };
      const remedy = "let it select the labels of the ingress gateway";
      return { state: "none", answer: answer("DENY", "routing", because, { status: 503, by, remedy }) };
    }
  }
  if (open !== null) return { state: "none", answer: uncertain(open) };
  const where = wish.port === null ? "" : ` on port ${wish.port}`;
  const because = `${label(first)} has no server for ${wish.host}${where}`;
  const by = { resource: first, path: ["spec", "servers"] };
  const remedy =
    wish.port === 80
      ? "let the router pass TLS through (annotation serving.knative.openshift.io/enablePassthrough)"
      : "add such a server";
  return { state: "none", answer: answer("DENY", "routing", because, { status: 503, by, remedy }) };
}

/**
 * How a gateway's pods meet a client at one of their ports, whichever Gateway has a server there. Null: none has.
 * @param peer the identity of a client that has a certificate of the mesh; null for all others
 */
export function gatewayConnection(
  graph: Graph,
  endpoint: Endpoint,
  port: number,
  peer: string | null,
): Connection | null {
  const mine = gatewayWorkloads(graph).find((workload) => workload.pod.resource === endpoint.pod?.resource);
  if (!mine) return null;
  for (const gateway of graph.all(kinds.Gateway)) {
    if (!workloadsOf(graph, gateway).workloads.includes(mine)) continue;
    const servers = valueAt(gateway.value, ["spec", "servers"]);
    const index = (isList(servers) ? servers : []).findIndex((server) => {
      const number = valueAt(server, ["port", "number"]);
      const resolved = typeof number === "number" ? resolvedPort(graph, mine, number) : null;
      return resolved?.state === "known" && resolved.port === port;
    });
    if (index < 0) continue;
    const connection = connectionOf(gateway, index);
    const known = connection.state === "certificate-required" && peer !== null;
    return known ? { state: "open", peer, by: connection.by } : connection;
  }
  return null;
}

/** A place on the way that is no pod's proxy: the route itself. */
export function routeHop(at: string, host: string, port: number, said: HopAnswer): Hop {
  return { ...said, role: "route", at, peer: null, host, port };
}
