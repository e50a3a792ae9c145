import type { Graph } from "../model/graph.ts";
import { gatewayWorkloads, workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { ingressGateways, servingNamespace } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

export const eventingNamespace = "knative-eventing";
/** Where the operators of Service Mesh and Serverless themselves run. */
export const operatorNamespace = "openshift-operators";
export const usualMeshNamespace = "istio-system";
const sailGatewayNamespace = "knative-serving-ingress";

/** Where istiod of the Serverless mesh lives: the root namespace of policies (definition D14). Null: not known. */
export const istioNamespace = once((graph: Graph): string | null => {
  const found = serverlessMesh(graph);
  return found.state === "found" ? found.mesh.namespace : null;
});

export type GatewayNamespaces =
  | {
      readonly state: "known";
      /** Usually one. TLS secrets are read there, and calls from outside have its identity. */
      readonly namespaces: readonly string[];
    }
  | { readonly state: "unknown"; readonly needs: string };

function namespacesOf(workloads: readonly GatewayWorkload[]): readonly string[] {
  return [...new Set(workloads.flatMap((workload) => workload.namespace ?? []))];
}

/** The ingress gateways of the Serverless mesh's own control plane: they exist wherever the Gateways are. */
function controlPlaneGateways(graph: Graph): readonly GatewayWorkload[] {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return [];
  const planes = found.mesh.controlPlanes.map((plane) => plane.resource);
  return gatewayWorkloads(graph).filter(
    ({ controlPlane }) => controlPlane !== null && planes.includes(controlPlane),
  );
}

/** The namespaces of the workloads that the Gateway for external traffic selects (definition D14). */
export const gatewayNamespaces = once((graph: Graph): GatewayNamespaces => {
  const selected = ingressGateways(graph).flatMap((gateway) => workloadsOf(graph, gateway).workloads);
  const workloads = selected.length > 0 ? selected : controlPlaneGateways(graph);
  const namespaces = namespacesOf(workloads);
  if (namespaces.length > 0 && workloads.every((workload) => workload.namespace !== null)) {
    return { state: "known", namespaces };
  }
  return { state: "unknown", needs: "the namespace of the ingress gateway's pods" };
});

/** The namespaces of the platform: none of them is ever foreign to a tenant as a source (definition D14). */
export const systemNamespaces = once((graph: Graph): ReadonlySet<string> => {
  const gateway = gatewayNamespaces(graph);
  const istio = istioNamespace(graph);
  return new Set([
    servingNamespace,
    eventingNamespace,
    sailGatewayNamespace,
    ...(gateway.state === "known" ? gateway.namespaces : []),
    // Where the mesh is not at hand, its usual namespace stands for the one that it has.
    istio ?? usualMeshNamespace,
  ]);
});
