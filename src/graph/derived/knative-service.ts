import type { Resource } from "../../model/resource.ts";
import { derivedResource } from "./derived-resource.ts";

/**
 * The plain Service by which a Knative Service is called inside the cluster: an ExternalName that leads to the local
 * gateway (knative/serving `pkg/reconciler/route/resources/service.go`). Its target depends on the ingress and is
 * left out.
 */
export function deriveFromKnativeService(service: Resource): Resource {
  return derivedResource({
    parent: service,
    path: ["metadata", "name"],
    by: "Knative Serving",
    apiVersion: "v1",
    kind: "Service",
    namespace: service.namespace,
    name: service.name,
    labels: { "serving.knative.dev/route": service.name, "serving.knative.dev/service": service.name },
    body: { spec: { type: "ExternalName", ports: [{ name: "http2", port: 80, targetPort: 80 }] } },
  });
}
