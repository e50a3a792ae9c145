import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { passes, routeOf } from "./answer.ts";
import type { Route } from "./answer.ts";
import type { Client } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";
import { evaluateHop } from "./hop.ts";
import type { Arrival } from "./hop.ts";
import { nextArrival, withHeaders } from "./journey.ts";
import { activator, addressesByName, backendPaths, backendPort, revisionName } from "./knative-backend.ts";

export interface Backend {
  readonly service: Resource;
  readonly pod: PodTemplate;
}

const revisionHeaders = ["knative-serving-namespace", "knative-serving-revision"];

/** From the route of a Knative Service to its pods, by each way that is possible. */
export function backendRoutes(
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
    if (!passes(hop)) routes.push(routeOf(name, [hop]));
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
