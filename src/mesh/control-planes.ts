import type { Graph } from "../model/graph.ts";
import type { Profile } from "../model/profile.ts";
import type { Resource } from "../model/resource.ts";
import { parseVersion } from "../model/version.ts";
import type { Version } from "../model/version.ts";
import { read, readString, valueOr } from "./field.ts";
import { controlPlaneKinds, kinds } from "./kinds.ts";
import { once } from "./memo.ts";

/** OpenShift Service Mesh 1, 2 (Maistra) and 3 (sail operator); definition D2. */
export type Family = "ossm1" | "ossm2" | "ossm3";

/** One candidate of a control plane. */
export interface ControlPlane {
  readonly resource: Resource;
  readonly family: Family;
  /** The namespace of istiod, which is the root namespace of policies; null if not known. */
  readonly namespace: string | null;
  /** `spec.version`: of Service Mesh for a ServiceMeshControlPlane, of Istio for an `Istio`; null if not told. */
  readonly version: Version | null;
}

/** `Istio.spec.namespace` where it is left out (sail-operator `api/v1/istio_types.go`). */
const istioDefaultNamespace = "istio-system";

function describe(resource: Resource): ControlPlane {
  const text = valueOr(readString(resource, ["spec", "version"]), "");
  // `v1.24-latest` is a version of the sail operator that follows the patches of one minor version.
  const version = parseVersion(text.replace(/-latest$/, ""));
  if (resource.kind === kinds.ServiceMeshControlPlane) {
    const first = resource.version === "v1" && read(resource, ["spec", "istio"]).state !== "absent";
    return { resource, family: first ? "ossm1" : "ossm2", namespace: resource.namespace, version };
  }
  const namespace = readString(resource, ["spec", "namespace"]);
  const own = resource.namespace ?? istioDefaultNamespace;
  return {
    resource,
    family: "ossm3",
    namespace: namespace.state === "unknown" ? null : valueOr(namespace, own),
    version,
  };
}

/** Every candidate of every control plane, those of the context included. */
export const controlPlanes = once((graph: Graph): readonly ControlPlane[] =>
  graph.all(...controlPlaneKinds).map(describe),
);

/** What a resource of one of the kinds of control planes says; null for other resources. */
export function controlPlaneOf(graph: Graph, resource: Resource): ControlPlane | null {
  return controlPlanes(graph).find((plane) => plane.resource === resource) ?? null;
}

/** The family that a profile's mesh version belongs to. */
export function familyOfProfile(profile: Profile): Family {
  const { major } = profile.mesh;
  if (major === 1) return "ossm1";
  return major === 2 ? "ossm2" : "ossm3";
}
