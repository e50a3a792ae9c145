import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { controlPlanes, familyOfProfile } from "./control-planes.ts";
import { workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { ingress } from "./ingress-class.ts";
import { integration } from "./integration.ts";
import { ingressGateways, localGateways, servingNamespace } from "./knative-gateways.ts";
import { membership, meshesOf } from "./membership.ts";
import { once } from "./memo.ts";
import { meshOf, meshes } from "./meshes.ts";
import type { Mesh } from "./meshes.ts";

/** Why a mesh is that of Serverless (definition D13). */
export type ServerlessMeshReason =
  /** `knative-serving` is a member. */
  | "member"
  /** Knative's Gateways select its workloads. */
  | "gateways"
  /** It is the only one in a set with Knative's Gateways, or (Service Mesh 3) with Serverless. */
  | "only";

export interface FoundMesh {
  readonly mesh: Mesh;
  readonly because: ServerlessMeshReason;
}

export type ServerlessMesh =
  | (FoundMesh & {
      readonly state: "found";
      /** More than one only if namespaces are in two meshes, which is a mistake of its own. */
      readonly all: readonly FoundMesh[];
    })
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

function meshesOfWorkload(graph: Graph, workload: GatewayWorkload): readonly Mesh[] {
  const { controlPlane } = workload;
  if (controlPlane !== null) return meshes(graph).filter((mesh) => mesh === meshOf(graph, controlPlane));
  const home = meshesOf(graph, workload.namespace);
  return home.state === "member" ? home.meshes : [];
}

function reasonOf(graph: Graph, mesh: Mesh): ServerlessMeshReason | null {
  const sail = mesh.family === "ossm3";
  if (!sail && membership(graph, servingNamespace, mesh).state === "member") return "member";
  const gateways = [...ingressGateways(graph), ...localGateways(graph)];
  const usesIstio = ingress(graph).state === "istio";
  const carries = (gateway: Resource): boolean =>
    workloadsOf(graph, gateway).workloads.some((workload) =>
      meshesOfWorkload(graph, workload).includes(mesh),
    );
  if (usesIstio && gateways.some(carries)) return "gateways";
  const planes = meshes(graph).filter((other) => other.controlPlanes.length > 0);
  const only = planes.length === 1 && planes[0] === mesh;
  return only && (gateways.length > 0 || (sail && graph.owns("serverless"))) ? "only" : null;
}

/** The mesh of Serverless: what the rules about mesh, gateways and tenants look at (definition D13). */
export const serverlessMesh = once((graph: Graph): ServerlessMesh => {
  const used = ingress(graph).state;
  if (used === "kourier" || used === "other")
    return { state: "none", why: `${used} is the ingress, not Istio` };
  const all = meshes(graph).flatMap((mesh): readonly FoundMesh[] => {
    const because = reasonOf(graph, mesh);
    return because === null ? [] : [{ mesh, because }];
  });
  const [first] = all;
  if (first) return { state: "found", ...first, all };
  const open = meshes(graph)
    .filter((mesh) => mesh.family !== "ossm3")
    .map((mesh) => membership(graph, servingNamespace, mesh))
    .find((answer) => answer.state === "unknown");
  if (open?.state === "unknown") return { state: "unknown", needs: open.needs };
  if (meshes(graph).length > 0) return { state: "none", why: "no mesh of the set carries Serverless" };
  if (!integration(graph).evident || graph.owns("mesh"))
    return { state: "none", why: "there is no control plane" };
  return { state: "unknown", needs: "the control plane of the mesh" };
});

/** Whether a control plane is that of the Serverless mesh. */
export function isServerlessMesh(graph: Graph, controlPlane: Resource): "yes" | "no" | "unknown" {
  const answer = serverlessMesh(graph);
  if (answer.state === "none") return "no";
  if (answer.state === "unknown") return "unknown";
  const mesh = meshOf(graph, controlPlane);
  if (answer.all.some((found) => found.mesh === mesh)) return "yes";
  // A roll tells where the control plane is; one whose namespace is not known may be the one there.
  const missing = answer.all.every((found) => found.mesh.controlPlanes.length === 0);
  return missing && mesh?.namespace === null ? "unknown" : "no";
}

/** The candidates of the control plane of the Serverless mesh; empty where it is outside the set. */
export function serverlessControlPlanes(graph: Graph): readonly Resource[] {
  return controlPlanes(graph)
    .map((plane) => plane.resource)
    .filter((resource) => isServerlessMesh(graph, resource) === "yes");
}

/** The family of the Serverless mesh; where it is not at hand, that of the profile. */
export function serverlessFamily(graph: Graph): Mesh["family"] {
  const found = serverlessMesh(graph);
  return found.state === "found" ? found.mesh.family : familyOfProfile(graph.profile);
}
