import type { Graph } from "../model/graph.ts";
import { passes, routeOf } from "./answer.ts";
import type { Backend } from "./call.ts";
import type { Route } from "./answer.ts";
import { oncePer } from "../mesh/memo.ts";
import type { Client, ServicePath } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";
import { routeHop } from "./gateway-hop.ts";
import { evaluateHop, uncertain } from "./hop.ts";
import type { Arrival } from "./hop.ts";
import { nextArrival, withHeaders } from "./journey.ts";
import type { Headers } from "./journey.ts";
import { activator, addressesByName, backendPaths, backendPort, revisionName } from "./knative-backend.ts";
import type { BackendPaths } from "./knative-backend.ts";

const revisionHeaders = ["knative-serving-namespace", "knative-serving-revision"];

/** What a Knative Service's pods and Services are, whoever calls. */
interface Plan {
  readonly paths: BackendPaths;
  readonly target: Endpoint;
  readonly port: number;
  readonly publicService: ServicePath;
  readonly privateService: ServicePath;
  readonly routeHeaders: Readonly<Record<string, string>>;
  /** By the headers of the request as it comes to the route. */
  readonly headers: WeakMap<Headers, Headers>;
}

const planOf = oncePer(
  (graph: Graph, { service, pod }: Backend): Plan => {
    const namespace = service.namespace ?? "";
    const revision = revisionName(service);
    const path = (name: string): ServicePath => ({
      host: `${name}.${namespace}.svc.${graph.profile.clusterDomain}`,
      namespace,
      port: 80,
    });
    return {
      paths: backendPaths(graph, pod),
      target: endpointOf(graph, pod),
      port: backendPort(pod),
      publicService: path(revision),
      privateService: path(`${revision}-private`),
      routeHeaders: { "knative-serving-namespace": namespace, "knative-serving-revision": revision },
      headers: new WeakMap(),
    };
  },
  ({ pod }) => pod,
);

/** The route names the revision in headers of its own (net-istio `pkg/reconciler/ingress/resources`). */
function routed({ headers: known, routeHeaders }: Plan, headers: Headers): Headers {
  const old = known.get(headers);
  if (old) return old;
  const made = withHeaders(headers, routeHeaders);
  known.set(headers, made);
  return made;
}

/** From the route of a Knative Service to its pods, by each way that is possible. */
export function backendRoutes(
  graph: Graph,
  backend: Backend,
  arrival: Omit<Arrival, "service">,
): readonly Route[] {
  const plan = planOf(graph, backend);
  const { port } = plan;
  const headers = routed(plan, arrival.headers);
  return waysOf(graph, plan, { ...arrival, port, service: plan.publicService, headers }, true);
}

/**
 * By a Service of the revision itself: no route, so nobody sets the headers by which the activator finds the
 * revision, and nobody removes them either (semantics 8, read from source only).
 */
export function revisionRoutes(
  graph: Graph,
  backend: Backend,
  arrival: Omit<Arrival, "service">,
  privately: boolean,
): readonly Route[] {
  const plan = planOf(graph, backend);
  const { port, target } = plan;
  if (!privately) return waysOf(graph, plan, { ...arrival, port, service: plan.publicService }, false);
  const hop = evaluateHop(graph, { ...arrival, to: target, port, service: plan.privateService });
  return [routeOf("straight to a pod", [hop])];
}

/** Headers that would lead the activator to another revision. */
function isForged(plan: Plan, headers: Headers): boolean {
  return Object.entries(plan.routeHeaders).some(
    ([name, value]) => headers.has(name) && headers.get(name) !== value,
  );
}

function waysOf(graph: Graph, plan: Plan, onRoute: Arrival, byRoute: boolean): readonly Route[] {
  const { paths, target } = plan;
  const routes: Route[] = [];
  if (paths.activator) {
    const first = { ...onRoute, to: activator(graph) };
    const hop = evaluateHop(graph, first);
    const forged = !byRoute && isForged(plan, onRoute.headers);
    const needs =
      "whether the activator follows the Knative-Serving-* headers of the caller to another revision";
    const doubt = forged
      ? [routeHop("the activator's choice", onRoute.host ?? "", onRoute.port, uncertain(needs))]
      : [];
    const rest = passes(hop) ? [...doubt, evaluateHop(graph, activatorToPod(graph, first, plan))] : [];
    routes.push(routeOf("through the activator", [hop, ...rest]));
  }
  if (paths.direct) {
    routes.push(routeOf("straight to a pod", [evaluateHop(graph, { ...onRoute, to: target })]));
  }
  return routes;
}

/**
 * The activator's own request to a pod: its identity, an address as Host, the old Host in a header (knative/serving
 * `pkg/activator/handler/handler.go`, `pkg/http/proxy.go`).
 */
function activatorToPod(graph: Graph, before: Arrival, plan: Plan): Arrival {
  const from = before.to;
  const { sidecar } = from;
  const { privateService } = plan;
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
    to: plan.target,
    service: privateService,
    host: addressesByName(graph) ? privateService.host.split(".", 2).join(".") : undefined,
    headers: withHeaders(arrival.headers, { ...original, "k-proxy-request": "activator" }, revisionHeaders),
  };
}
