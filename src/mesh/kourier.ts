import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { operatorPods } from "./data-plane.ts";
import { ingress } from "./ingress-class.ts";
import { injection } from "./injection.ts";
import { integration } from "./integration.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { allOf, anyOf, type Match } from "./label-match.ts";
import { once } from "./memo.ts";
import type { Mesh } from "./meshes.ts";
import { meshesOf } from "./membership.ts";
import { knativeServices, meantForIstio } from "./services.ts";

/** Where Kourier's gateway runs; the activator runs beside Serving itself. */
export const kourierNamespace = "knative-serving-ingress";
/** The namespaces that requests of Knative Services come from with Kourier. */
export const callerNamespaces: readonly string[] = [servingNamespace, kourierNamespace];

/** Ports of queue-proxy that gateway, activator and kubelet call. */
export const queuePorts = [8012, 8013, 8022] as const;

/** A member namespace with Knative Services that Kourier serves. */
export interface KourierNamespace {
  readonly namespace: string;
  readonly mesh: Mesh;
  readonly services: readonly Resource[];
}

export type KourierMesh =
  | { readonly state: "active"; readonly namespaces: readonly KourierNamespace[] }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether a field says Kourier; else it is what the operator falls back to. */
function isKourierChosen(path: Path): boolean {
  return path.join(".") !== "spec.ingress.istio.enabled";
}

function hasKnativeGateway(graph: Graph): boolean {
  const found = integration(graph);
  return found.evident && found.because === "gateway";
}

/**
 * Whether sidecars of a mesh are used while Kourier is the ingress, and in which namespaces (Integrations 1.6): some
 * namespace with Knative Services is a member of a mesh.
 */
export const kourierMesh = once((graph: Graph): KourierMesh => {
  const used = ingress(graph);
  if (used.state === "unknown") return { state: "unknown", needs: used.needs };
  if (used.state !== "kourier") return { state: "none", why: `${used.state} is the ingress` };
  // Nobody chose Kourier, and Knative's Gateways wait: serving/istio-ingress-not-enabled has the contradiction.
  if (!isKourierChosen(used.at.path) && hasKnativeGateway(graph))
    return {
      state: "unknown",
      needs: "the ingress, which nothing names although Gateways for Knative exist",
    };
  const services = knativeServices(graph).filter((one) => meantForIstio(graph, one).state !== "yes");
  const found: KourierNamespace[] = [];
  let needs: string | null = null;
  for (const namespace of new Set(services.map((service) => service.namespace))) {
    const home = meshesOf(graph, namespace);
    if (home.state === "unknown") needs ??= home.needs;
    if (home.state !== "member") continue;
    const here = services.filter((service) => service.namespace === namespace);
    found.push({ namespace: home.namespace, mesh: home.mesh, services: here });
  }
  if (found.length > 0) return { state: "active", namespaces: found };
  if (needs !== null) return { state: "unknown", needs };
  return { state: "none", why: "no namespace with Knative Services is a member of a mesh" };
});

/** Whether Kourier's gateway and the activator have sidecars themselves, and so certificates of the mesh. */
export const isKourierInMesh = once((graph: Graph): Match =>
  anyOf(
    graph.all(kinds.KnativeServing).map((serving) => {
      const pods = operatorPods(graph, serving).filter(({ workload }) =>
        ["activator", "3scale-kourier-gateway"].includes(workload.name),
      );
      return pods.length < 2 ? "no" : allOf(pods.map(({ pod }) => injection(graph, pod).state));
    }),
  ),
);
