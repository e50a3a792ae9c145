import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import type { Version } from "../model/version.ts";
import { controlPlanes, familyOfProfile } from "./control-planes.ts";
import type { ControlPlane, Family } from "./control-planes.ts";
import { readString } from "./field.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { istioOfMesh } from "./version-facts.ts";

/** A mesh is named by the namespace of its control plane, whether that is in the set or only spoken of. */
export interface Mesh {
  readonly family: Family;
  /** Null: the control plane's namespace is not known. Control planes and rolls without one are taken as a pair. */
  readonly namespace: string | null;
  /** All candidates; empty if only a member roll, a member or a fact speaks of the mesh. */
  readonly controlPlanes: readonly ControlPlane[];
  /** All full definitions of member rolls in the control plane's namespace, whatever their names. */
  readonly rolls: readonly Resource[];
}

/** The namespace of the control plane that a ServiceMeshMember names; null if it is not known. */
export function controlPlaneRefOf(member: Resource): string | null {
  const reading = readString(member, ["spec", "controlPlaneRef", "namespace"]);
  return reading.state === "value" ? reading.value : null;
}

function known(namespace: string | null): string | null {
  return namespace === null || isUnknown(namespace) ? null : namespace;
}

/** Every mesh that the set, its context or a stated fact speaks of, sorted by namespace. */
export const meshes = once((graph: Graph): readonly Mesh[] => {
  const planes = controlPlanes(graph);
  const rolls = graph.all(kinds.ServiceMeshMemberRoll);
  const found: Mesh[] = [];
  for (const namespace of new Set(planes.filter(isSail).map((plane) => known(plane.namespace)))) {
    const mine = planes.filter((plane) => isSail(plane) && known(plane.namespace) === namespace);
    found.push({ family: "ossm3", namespace, controlPlanes: mine, rolls: [] });
  }
  const spokenOf = [
    ...planes.filter((plane) => !isSail(plane)).map((plane) => plane.namespace),
    ...rolls.map((roll) => roll.namespace),
    ...Object.keys(graph.set.context.members),
    ...graph.all(kinds.ServiceMeshMember).flatMap((member) => controlPlaneRefOf(member) ?? []),
  ];
  const sail = new Set(found.map((mesh) => mesh.namespace));
  const profileFamily = familyOfProfile(graph.profile);
  const spokenFamily = profileFamily === "ossm3" ? "ossm2" : profileFamily;
  for (const namespace of new Set(spokenOf.map(known))) {
    const mine = planes.filter((plane) => !isSail(plane) && known(plane.namespace) === namespace);
    const mineRolls = rolls.filter((roll) => known(roll.namespace) === namespace);
    // A fact may state the members of a Service Mesh 3 control plane that the set itself describes.
    if (mine.length === 0 && mineRolls.length === 0 && sail.has(namespace)) continue;
    found.push({
      family: mine[0]?.family ?? spokenFamily,
      namespace,
      controlPlanes: mine,
      rolls: mineRolls,
    });
  }
  return found.sort((a, b) => compareNamespaces(a.namespace, b.namespace) || (a.family < b.family ? -1 : 1));
});

function isSail(plane: ControlPlane): boolean {
  return plane.family === "ossm3";
}

function compareNamespaces(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return (a ?? "") < (b ?? "") ? -1 : 1;
}

/** The mesh of a control plane; undefined for resources that are none. */
export function meshOf(graph: Graph, controlPlane: Resource): Mesh | undefined {
  return meshes(graph).find((mesh) => mesh.controlPlanes.some((plane) => plane.resource === controlPlane));
}

/** `istio-system`, or what stands for a control plane whose namespace is not known, as messages name a mesh. */
export function meshName(mesh: Mesh): string {
  return mesh.namespace ?? "a control plane whose namespace is not known";
}

/**
 * The Service Mesh version: that of the control plane (the newest, if candidates differ), else of the profile where
 * it is of the same family. Null for `Istio` resources, which tell Istio's version only, unless the profile says it.
 */
export function meshVersion(graph: Graph, mesh: Mesh): Version | null {
  const told = mesh.family === "ossm3" ? [] : mesh.controlPlanes.flatMap((plane) => plane.version ?? []);
  const [first, ...others] = told;
  if (first !== undefined) return others.reduce(newer, first);
  return familyOfProfile(graph.profile) === mesh.family ? graph.profile.mesh : null;
}

function newer(a: Version, b: Version): Version {
  return b.major > a.major || (b.major === a.major && b.minor > a.minor) ? b : a;
}

/** The Istio version of a mesh, as its control plane or the profile tells; null if neither does. */
export function istioVersion(graph: Graph, mesh: Mesh): Version | null {
  if (mesh.family === "ossm3") {
    const [first, ...others] = mesh.controlPlanes.flatMap((plane) => plane.version ?? []);
    if (first !== undefined) return others.reduce(newer, first);
  }
  const version = meshVersion(graph, mesh);
  return version === null ? null : istioOfMesh(version);
}
