import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { ingress } from "../mesh/ingress-class.ts";
import { checkToken } from "../mesh/authorization/request-authentication.ts";
import { isClusterLocal } from "../mesh/services.ts";
import { routeOf, worst } from "./answer.ts";
import type { Answer, Hop, Route } from "./answer.ts";
import type { Call, CallRequest, Caller } from "./call.ts";
import { callerName } from "./call.ts";
import type { Client } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";
import { gatewayServer, routeHop } from "./gateway-hop.ts";
import { answer, evaluateHop, uncertain, withFeatures } from "./hop.ts";
import type { Arrival } from "./hop.ts";
import { activator, addressesByName, backendPaths, backendPort, revisionName } from "./knative-backend.ts";
import { addressOf, hostName, passesThrough } from "./knative-hosts.ts";
import type { Address } from "./knative-hosts.ts";
import { serviceFor } from "./port-reading.ts";
import { findTarget } from "./targets.ts";

/** Headers that proxies on the way set themselves. */
const proxyHeaders = ["x-forwarded-proto", "x-forwarded-client-cert", "x-request-id"];

function headersOf(request: CallRequest): ReadonlyMap<string, string | undefined> {
  const headers = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name.toLowerCase(), value);
  for (const name of proxyHeaders) headers.set(name, undefined);
  return headers;
}

/** What stays the same on the whole way of a call. */
interface Journey {
  readonly graph: Graph;
  readonly call: Call;
  readonly headers: ReadonlyMap<string, string | undefined>;
  readonly features: ReadonlySet<string>;
}

function clientOf(caller: Caller): Client {
  if (caller.type === "external") {
    return {
      namespace: "openshift-ingress",
      serviceAccount: "router",
      sidecar: false,
      name: "the router",
      labels: null,
    };
  }
  const { namespace, serviceAccount, sidecar, labels } = caller;
  return { namespace, serviceAccount, sidecar, labels, name: callerName(caller) };
}

/** The arrival of a call at its first proxy. */
function firstArrival(
  { call, headers, features }: Journey,
  to: Endpoint,
  port: number,
): Omit<Arrival, "service"> {
  const { from, request } = call;
  const forwarded = headers.has("x-forwarded-for") || from.type === "external";
  return {
    client: clientOf(from),
    to,
    port,
    method: request.method,
    host: request.host,
    path: request.path,
    headers,
    token: request.token ?? null,
    sourceIp: from.ip,
    remoteIp: from.remoteIp ?? (forwarded ? undefined : from.ip),
    sni: request.sni,
    features,
  };
}

/** Behind a gateway or the activator: its identity, and addresses that no manifest tells. */
function nextArrival(
  graph: Graph,
  before: Omit<Arrival, "service">,
  client: Client,
): Omit<Arrival, "service"> {
  const { settings } = before.to;
  const checked =
    settings === null
      ? null
      : checkToken(graph, before.to, withFeatures(settings, before.features), before.token);
  const keeps = checked === null || checked.state !== "valid" || checked.forwarded;
  const headers = new Map(before.headers).set("x-forwarded-for", undefined);
  return {
    ...before,
    client,
    headers,
    token: keeps ? before.token : null,
    sourceIp: undefined,
    remoteIp: undefined,
    sni: undefined,
    connection: undefined,
    fromOutside: false,
  } as Omit<Arrival, "service">;
}

function withHeaders(
  headers: ReadonlyMap<string, string | undefined>,
  set: Readonly<Record<string, string | undefined>>,
  remove: readonly string[] = [],
): ReadonlyMap<string, string | undefined> {
  const changed = new Map(headers);
  for (const name of remove) changed.delete(name);
  for (const [name, value] of Object.entries(set)) changed.set(name, value);
  return changed;
}

interface Backend {
  readonly service: Resource;
  readonly pod: PodTemplate;
}

const revisionHeaders = ["knative-serving-namespace", "knative-serving-revision"];

/** From the route of a Knative Service to its pods, by each way that is possible. */
function backendRoutes(
  graph: Graph,
  { service, pod }: Backend,
  arrival: Omit<Arrival, "service">,
): readonly Route[] {
  const namespace = service.namespace ?? "";
  const revision = revisionName(service);
  const domain = graph.profile.clusterDomain;
  const paths = backendPaths(graph, pod);
  const target = endpointOf(graph, pod);
  const port = backendPort(pod);
  const publicService = { host: `${revision}.${namespace}.svc.${domain}`, namespace, port: 80 };
  const routed = {
    ...arrival,
    port,
    service: publicService,
    headers: withHeaders(arrival.headers, {
      "knative-serving-namespace": namespace,
      "knative-serving-revision": revision,
    }),
  };
  const routes: Route[] = [];
  if (paths.activator) {
    const first = { ...routed, to: activator(graph) };
    const hop = evaluateHop(graph, first);
    const name = "through the activator";
    if (hop.verdict === "DENY" || hop.verdict === "MTLS_REQUIRED") routes.push(routeOf(name, [hop]));
    else
      routes.push(
        routeOf(name, [hop, evaluateHop(graph, activatorToPod(graph, first, target, namespace, revision))]),
      );
  }
  if (paths.direct)
    routes.push(routeOf("straight to a pod", [evaluateHop(graph, { ...routed, to: target })]));
  return routes;
}

/**
 * The activator's own request to a pod: its identity, an address as Host, the old Host in a header (knative/serving
 * `pkg/activator/handler/handler.go`, `pkg/http/proxy.go`).
 */
function activatorToPod(
  graph: Graph,
  before: Arrival,
  to: Endpoint,
  namespace: string,
  revision: string,
): Arrival {
  const from = before.to;
  const { sidecar } = from;
  const client: Client = {
    namespace: from.namespace,
    serviceAccount: from.serviceAccount,
    sidecar: sidecar.state === "unknown" ? "unknown" : sidecar.state === "yes",
    name: "the activator",
    labels: Object.fromEntries(from.labels.entries),
  };
  const original = before.headers.has("k-original-host") ? {} : { "k-original-host": before.host };
  const arrival = nextArrival(graph, before, client);
  return {
    ...arrival,
    to,
    service: {
      host: `${revision}-private.${namespace}.svc.${graph.profile.clusterDomain}`,
      namespace,
      port: 80,
    },
    host: addressesByName(graph) ? `${revision}-private.${namespace}` : undefined,
    headers: withHeaders(arrival.headers, { ...original, "k-proxy-request": "activator" }, revisionHeaders),
  };
}

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
  if (hop.verdict === "DENY" || hop.verdict === "MTLS_REQUIRED")
    return [routeOf("through the gateway", [hop])];
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
  const exact = address.type === "none" || address.exact;
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

function knativeRoutes(journey: Journey, backend: Backend, port: number): readonly Route[] {
  const { graph, call } = journey;
  const address = addressOf(graph, backend.service, call.request.host, port);
  const outside = call.from.type === "external";
  if (address.type === "none" || (outside && address.type === "local")) {
    const because = `no route of the service knows the name ${hostName(call.request.host)}${outside ? " outside the cluster" : ""}`;
    const hop = routeHop(
      "the route",
      call.request.host,
      port,
      answer("DENY", "routing", because, { status: 404 }),
    );
    return [routeOf("by an unknown name", [hop])];
  }
  if (ingress(graph).state === "kourier") return kourierRoutes(journey, backend);
  return address.type === "external"
    ? externalRoutes(journey, backend, address)
    : localRoutes(journey, backend, address);
}

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
    const hop = evaluateHop(graph, { ...firstArrival(journey, endpoint, port), service });
    return finish([routeOf("straight to a pod", [hop])], target.notes);
  }
  const routes = knativeRoutes(journey, target.backend, target.port);
  const paths = backendPaths(graph, target.backend.pod);
  return finish(routes, routes.length > 1 ? [paths.why, ...target.notes] : target.notes);
}
