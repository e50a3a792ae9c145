import type { Graph } from "../model/graph.ts";
import { valueOr } from "./field.ts";
import { injectionInMesh } from "./injection.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { eventingNamespace } from "./namespaces.ts";
import { configValue } from "./operator-config.ts";
import { knativeServices } from "./services.ts";

/**
 * The namespaces that have to be strict one by one where the mesh as a whole is not: those of Serving, of Eventing if
 * it takes part in the mesh, and of every Knative Service with a sidecar (rule mesh/smcp-mtls-not-strict).
 * Null: a service's namespace is not known.
 */
export const strictNamespaces = once((graph: Graph): readonly (string | null)[] => {
  const eventing = graph.all(kinds.KnativeEventing).some((resource) => {
    const feature = configValue(resource, "features", "istio");
    return feature.state === "value" && valueOr(feature, "").toLowerCase() === "enabled";
  });
  const services = knativeServices(graph).filter((service) =>
    graph.podsOf(service).some((pod) => injectionInMesh(graph, pod).state === "yes"),
  );
  return [
    ...new Set([
      servingNamespace,
      ...(eventing ? [eventingNamespace] : []),
      ...services.map((service) => service.namespace),
    ]),
  ];
});
