import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import { atLeast } from "../model/version.ts";
import { annotationPlace, labelPlace, read } from "./field.ts";
import type { Place } from "./field.ts";
import { injectKey } from "./injection.ts";
import { kinds } from "./kinds.ts";
import { meshesOf } from "./membership.ts";
import { meshVersion, meshes } from "./meshes.ts";

/** Kinds that hold the template of a Knative revision's pods. */
export const revisionKinds = [kinds.KnativeService, kinds.Configuration, kinds.Revision] as const;

/** Whether a controller made the object (a dump of a cluster): what is wrong with it is wrong with its owner. */
export function isOwned(resource: Resource): boolean {
  const owners = valueAt(resource.value, ["metadata", "ownerReferences"]) ?? null;
  return isList(owners) && owners.length > 0;
}

/** The set's own Knative Services, and Configurations and Revisions that nothing else makes. */
export function revisionTemplates(graph: Graph): readonly Resource[] {
  return graph.own(...revisionKinds).filter((resource) => !isOwned(resource));
}

/**
 * Whether the template gives its revision a name: any change of it needs a new name then, which the webhook of
 * Serving enforces (knative/serving `pkg/apis/serving/v1/service_validation.go`). A Revision never changes.
 */
export function isFixed(resource: Resource): boolean {
  if (resource.kind === kinds.Revision) return true;
  return read(resource, ["spec", "template", "metadata", "name"]).state !== "absent";
}

/** Whether the meshes of a pod look at the annotation only: Service Mesh before 2.2 (definition D4). */
export function readsAnnotationOnly(graph: Graph, pod: PodTemplate): boolean {
  const home = meshesOf(graph, pod.namespace);
  const candidates = home.state === "member" ? home.meshes : meshes(graph);
  const versions = candidates.map((mesh) => meshVersion(graph, mesh));
  const known = versions.length === 0 ? [graph.profile.mesh] : versions;
  return known.every((version) => version !== null && !atLeast(version, "2.2"));
}

/** Where a pod of this mesh asks for its sidecar: by label, before Service Mesh 2.2 by annotation. */
export function requestPlace(graph: Graph, pod: PodTemplate): Place {
  return readsAnnotationOnly(graph, pod) ? annotationPlace(pod, injectKey) : labelPlace(pod, injectKey);
}
