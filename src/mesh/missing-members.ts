import type { Severity } from "../model/finding.ts";
import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { istioKinds, kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { membership } from "./membership.ts";
import { type Mesh, meshes, meshName, meshOf } from "./meshes.ts";
import { eventingNamespace } from "./namespaces.ts";
import { serverlessMesh } from "./serverless-mesh.ts";
import { facts, holds } from "./version-facts.ts";

/** Eventing belongs to the mesh where it is installed; the documents from 1.28 on list it in any case. */
export function eventingSeverity(graph: Graph): Severity | null {
  if (graph.all(kinds.KnativeEventing, kinds.KnativeKafka).length > 0) return "error";
  return holds(facts.eventingMember, graph.profile) ? "warning" : null;
}

/** The control plane of the Serverless mesh, where no roll says who belongs to it; only the first of its candidates. */
export function planesWithoutRoll(graph: Graph): readonly Resource[] {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return [];
  return found.all
    .filter(({ mesh }) => mesh.family !== "ossm3" && mesh.rolls.length === 0)
    .flatMap(({ mesh }) => mesh.controlPlanes.slice(0, 1))
    .map((plane) => plane.resource)
    .filter((resource) => resource.standing === "own");
}

/** A roll whose namespace is not known may well be the one of this control plane, and the other way round. */
function mayBeElsewhere(plane: Resource, graph: Graph): boolean {
  const rolls = graph.fragments(kinds.ServiceMeshMemberRoll);
  return rolls.some((roll) => roll.namespace === null) || (plane.namespace === null && rolls.length > 0);
}

/** Whether a mesh without a roll in its namespace takes Knative Serving in by other means. */
export type MissingRoll =
  | { readonly state: "there" }
  | { readonly state: "unknown"; readonly needs: string }
  | {
      readonly state: "missing";
      /** The name of the mesh. */
      readonly mesh: string;
      /** Rolls of other meshes. */
      readonly others: readonly Resource[];
    };

export function missingRoll(graph: Graph, plane: Resource): MissingRoll {
  const mesh = meshOf(graph, plane);
  if (!mesh) return { state: "there" };
  if (mayBeElsewhere(plane, graph)) return { state: "unknown", needs: "the namespace of the member roll" };
  const found = membership(graph, servingNamespace, mesh);
  if (found.state === "unknown") return { state: "unknown", needs: found.needs };
  if (found.state === "member") return { state: "there" };
  return { state: "missing", mesh: meshName(mesh), others: graph.all(kinds.ServiceMeshMemberRoll) };
}

/** A namespace of Knative that the mesh of Serverless should have, and how bad it is if it has not. */
export interface WantedMember {
  readonly namespace: string;
  readonly severity: Severity;
}

export function wantedMembers(graph: Graph): readonly WantedMember[] {
  const severity = eventingSeverity(graph);
  return [
    { namespace: servingNamespace, severity: "error" },
    ...(severity === null ? [] : [{ namespace: eventingNamespace, severity }]),
  ];
}

export type MeshOfRoll =
  | { readonly state: "found"; readonly mesh: Mesh }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** The mesh of a roll, if it is one of Serverless. */
export function meshOfRoll(graph: Graph, roll: Resource): MeshOfRoll {
  const found = serverlessMesh(graph);
  if (found.state !== "found") return found;
  const mesh = meshes(graph).find((candidate) => candidate.rolls.includes(roll));
  if (!mesh || !found.all.some((other) => other.mesh === mesh))
    return { state: "none", why: "the roll of another mesh" };
  // Left behind by Service Mesh 2: mesh/ossm2-resources-with-ossm3 tells of it.
  if (mesh.controlPlanes.length === 0 && graph.all(...istioKinds).length > 0)
    return { state: "none", why: "the mesh of Service Mesh 3 has no member rolls" };
  return { state: "found", mesh };
}
