import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { annotationPlace, labelPlace, type Place } from "./field.ts";
import { injectionInMesh, injectKey } from "./injection.ts";
import { operatorKinds } from "./kinds.ts";
import { overrideEntries, workloadOverride } from "./overrides.ts";

/** The two forms in which pods ask for a sidecar. */
export interface InjectRequest {
  readonly label: Place;
  readonly annotation: Place;
  /** The one of them that counts. */
  readonly counts: Place;
}

export interface InjectRequests {
  /** Every field that may hold a request. */
  readonly places: readonly Place[];
  /** The fields of one pod each, which should not contradict each other. */
  readonly requests: readonly InjectRequest[];
}

function ofTemplates(graph: Graph, resource: Resource): InjectRequests {
  const requests = graph.podsOf(resource).map((pod): InjectRequest => {
    const [label, annotation] = [labelPlace(pod, injectKey), annotationPlace(pod, injectKey)];
    const found = injectionInMesh(graph, pod);
    const isAnnotation = found.state !== "unknown" && found.cause === "annotation";
    return { label, annotation, counts: isAnnotation ? annotation : label };
  });
  return { places: requests.flatMap(({ label, annotation }) => [label, annotation]), requests };
}

function ofOverrides(operator: Resource): InjectRequests {
  const entries = overrideEntries(operator);
  const names = entries.flatMap(({ name }) => (name.state === "value" ? [name.value] : []));
  const requests = [...new Set(names)].flatMap((name): readonly InjectRequest[] => {
    const override = workloadOverride(operator, name);
    const [first, second] = [override.labels.get(injectKey), override.annotations.get(injectKey)];
    if (!first || !second) return [];
    const label = { resource: operator, path: first.path };
    return [{ label, annotation: { resource: operator, path: second.path }, counts: label }];
  });
  const places = entries.flatMap(({ path }) =>
    ["labels", "annotations"].map((map) => ({ resource: operator, path: [...path, map, injectKey] })),
  );
  return { places, requests };
}

/** Where an operator's resource, or an object with pod templates, asks for sidecars. */
export function injectRequests(graph: Graph, resource: Resource): InjectRequests {
  const isOperator = operatorKinds.some((kind) => kind === resource.kind);
  return isOperator ? ofOverrides(resource) : ofTemplates(graph, resource);
}
