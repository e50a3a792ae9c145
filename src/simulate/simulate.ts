import type { Graph } from "../model/graph.ts";
import { routeOf, worst } from "./answer.ts";
import type { Answer, Hop, Route } from "./answer.ts";
import type { Call } from "./call.ts";
import { identityOf } from "./connection.ts";
import { gatewayConnection, routeHop } from "./gateway-hop.ts";
import { answer, evaluateHop } from "./hop.ts";
import type { Arrival } from "./hop.ts";
import { firstArrival, headersOf } from "./journey.ts";
import type { Journey } from "./journey.ts";
import { backendPaths } from "./knative-backend.ts";
import { knativeRoutes } from "./knative-routes.ts";
import { serviceFor } from "./port-reading.ts";
import { findTarget } from "./targets.ts";

function finish(routes: readonly Route[], notes: readonly string[]): Answer {
  const route = worst(routes);
  const hops = route?.hops ?? [];
  const decisive =
    hops.find((hop) => hop.verdict === route?.verdict && hop.verdict !== "ALLOW") ?? hops.at(-1) ?? null;
  return {
    verdict: route?.verdict ?? "UNCERTAIN",
    status: route?.status ?? null,
    decisive,
    because: decisive?.because ?? "",
    remedy: route?.verdict === "ALLOW" ? null : (decisive?.remedy ?? null),
    routes,
    notes,
  };
}

/** A call to a gateway's own port: its server decides about TLS, PeerAuthentication does not. */
function gatewayHop(graph: Graph, arrival: Arrival): Hop {
  const { client, to, port } = arrival;
  const peer = client.sidecar === true ? identityOf(graph, client, to) : null;
  const connection = gatewayConnection(graph, to, port, peer);
  if (connection !== null) return evaluateHop(graph, { ...arrival, connection });
  const because = `no Gateway has a server on port ${port} of ${to.name}`;
  return routeHop(to.name, arrival.host ?? "", port, answer("DENY", "routing", because));
}

/**
 * What becomes of a call, by every way that it may take; the worst case counts (semantics 12).
 * @throws UsageError if the set holds no such target
 */
export function simulate(graph: Graph, call: Call): Answer {
  const target = findTarget(graph, call.to);
  const journey: Journey = {
    graph,
    call,
    headers: headersOf(call.request),
    features: new Set(call.features ?? []),
  };
  if (target.type === "workload") {
    const { endpoint, port } = target;
    const service = serviceFor(graph, endpoint, port, call.to.type === "workload" ? call.to : {});
    const arrival = { ...firstArrival(journey, endpoint, port), service };
    const hop = endpoint.role === "gateway" ? gatewayHop(graph, arrival) : evaluateHop(graph, arrival);
    return finish([routeOf("straight to a pod", [hop])], target.notes);
  }
  const routes = knativeRoutes(journey, target.backend, target.port);
  const paths = backendPaths(graph, target.backend.pod);
  return finish(routes, routes.length > 1 ? [paths.why, ...target.notes] : target.notes);
}
