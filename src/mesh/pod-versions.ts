import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Version } from "../model/version.ts";
import { meshesOf } from "./membership.ts";
import { meshVersion, meshes } from "./meshes.ts";

/** Service Mesh versions of the meshes that a pod may belong to; the profile's where none is known. Never empty. */
export function versionsOf(graph: Graph, pod: PodTemplate): readonly Version[] {
  const home = meshesOf(graph, pod.namespace);
  const candidates = home.state === "member" ? home.meshes : meshes(graph);
  const versions = candidates.map((mesh) => meshVersion(graph, mesh)).filter((version) => version !== null);
  return versions.length === 0 ? [graph.profile.mesh] : versions;
}
