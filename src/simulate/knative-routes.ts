import { ingress } from "../mesh/ingress-class.ts";
import { isClusterLocal } from "../mesh/services.ts";
import { passes, routeOf } from "./answer.ts";
import type { Hop, Route } from "./answer.ts";
import { backendRoutes, revisionRoutes } from "./backend-routes.ts";
import type { Backend, Caller } from "./call.ts";
import type { Client } from "./connection.ts";
import { gatewayServer, routeHop } from "./gateway-hop.ts";
import { answer, evaluateHop, uncertain } from "./hop.ts";
import type { Arrival } from "./hop.ts";
import { firstArrival, nextArrival } from "./journey.ts";
import type { Journey } from "./journey.ts";
import { activator } from "./knative-backend.ts";
import { addressOf, hostName, passesThrough } from "./knative-hosts.ts";
import type { Address } from "./knative-hosts.ts";

function prepend(hops: readonly Hop[], routes: readonly Route[]): readonly Route[] {
  return routes.map((route) => routeOf(route.name, [...hops, ...route.hops]));
}

/** By the router and the ingress gateway, whoever calls. */
function externalRoutes(
  journey: Journey,
  backend: Backend,
  address: Address & { type: "external" },
): readonly Route[] {
  const { graph, call } = journey;
  const { host } = call.request;
  const name = "by the external URL";
  const local = isClusterLocal(address.mapping ?? backend.service);
  if (local.state === "value" && local.value) {
    const because = "the service is cluster-local: it has no external URL";
    return [
      routeOf(name, [routeHop("the router", host, 443, answer("DENY", "routing", because, { status: 503 }))]),
    ];
  }
  const passthrough = passesThrough(backend.service, address.mapping);
  const server = gatewayServer(graph, {
    role: "external",
    port: passthrough ? 443 : 80,
    host: hostName(host),
    namespace: backend.service.namespace ?? "",
  });
  if (server.state === "none")
    return [routeOf(name, [routeHop("the ingress gateway", host, 443, server.answer)])];
  const outside: Caller = call.from.type === "external" ? call.from : { type: "external" };
  const first = {
    ...firstArrival({ ...journey, call: { ...call, from: outside } }, server.endpoint, server.port),
    service: null,
    connection: server.connection,
    fromOutside: true,
    sni: call.request.sni ?? hostName(host),
  };
  return behindGateway(journey, backend, first, address);
}

function behindGateway(
  journey: Journey,
  backend: Backend,
  first: Arrival,
  address: Address,
): readonly Route[] {
  const { graph, call } = journey;
  const gateway = first.to;
  const hop = evaluateHop(graph, first);
  if (!passes(hop)) return [routeOf("through the gateway", [hop])];
  const client: Client = {
    namespace: gateway.namespace,
    serviceAccount: gateway.serviceAccount,
    sidecar: true,
    name: gateway.name,
    labels: Object.fromEntries(gateway.labels.entries),
  };
  const { service } = backend;
  const rewritten =
    address.type === "external" && address.mapping !== null
      ? `${service.name}.${service.namespace ?? ""}.svc.${graph.profile.clusterDomain}`
      : call.request.host;
  const next = { ...nextArrival(graph, first, client), host: rewritten };
  const exact = !("exact" in address) || address.exact;
  const routed = exact ? [hop] : [hop, caseHop(call.request.host, first.port)];
  return prepend(routed, backendRoutes(graph, backend, next));
}

function caseHop(host: string, port: number): Hop {
  const needs = "whether routes compare the Host header with upper and lower case apart";
  return routeHop("the route", host, port, uncertain(needs));
}

/** By a cluster-local name: the caller's sidecar routes by Host; without one the name leads to the local gateway. */
function localRoutes(
  journey: Journey,
  backend: Backend,
  address: Address & { type: "local" },
): readonly Route[] {
  const { graph, call } = journey;
  const { from, request } = call;
  const meshes = ingress(graph).state;
  if (from.type === "workload" && from.sidecar && meshes !== "kourier") {
    const first = firstArrival(journey, activator(graph), 8012);
    const routes = backendRoutes(graph, backend, first);
    return address.exact ? routes : prepend([caseHop(request.host, 80)], routes);
  }
  const server = gatewayServer(graph, {
    role: "local",
    port: null,
    host: hostName(request.host),
    namespace: backend.service.namespace ?? "",
  });
  if (server.state === "none") {
    return [
      routeOf("through the local gateway", [routeHop("the local gateway", request.host, 80, server.answer)]),
    ];
  }
  const first = {
    ...firstArrival(journey, server.endpoint, server.port),
    service: null,
    connection: server.connection,
  };
  return behindGateway(journey, backend, first, address);
}

/** Kourier asks for no identity and enforces no policies of the mesh. */
function kourierRoutes({ graph, call, headers, features }: Journey, backend: Backend): readonly Route[] {
  const passed = answer("ALLOW", "no-policy", "Kourier enforces no policies of the mesh");
  const hop: Hop = {
    ...passed,
    role: "gateway",
    at: "Kourier's gateway",
    peer: null,
    host: call.request.host,
    port: 8080,
  };
  const arrival = firstArrival({ graph, call, headers, features }, activator(graph), 8012);
  const client: Client = {
    namespace: "knative-serving-ingress",
    serviceAccount: "default",
    sidecar: false,
    name: "Kourier's gateway",
    labels: { app: "3scale-kourier-gateway" },
  };
  return prepend([hop], backendRoutes(graph, backend, nextArrival(graph, arrival, client)));
}

export function knativeRoutes(journey: Journey, backend: Backend, port: number): readonly Route[] {
  const { graph, call } = journey;
  const address = addressOf(graph, backend.service, call.request.host, port);
  const outside = call.from.type === "external";
  if (address.type === "none" || (outside && address.type !== "external")) {
    const because = `no route of the service knows the name ${hostName(call.request.host)}${outside ? " outside the cluster" : ""}`;
    const hop = routeHop(
      "the route",
      call.request.host,
      port,
      answer("DENY", "routing", because, { status: 404 }),
    );
    return [routeOf("by an unknown name", [hop])];
  }
  if (address.type === "revision") {
    return revisionRoutes(graph, backend, firstArrival(journey, activator(graph), 8012), address.privately);
  }
  if (ingress(graph).state === "kourier") return kourierRoutes(journey, backend);
  return address.type === "external"
    ? externalRoutes(journey, backend, address)
    : localRoutes(journey, backend, address);
}
