import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { type Place, valueOr } from "./field.ts";
import { injection, type Injection, type InjectionCause, injectionInMesh } from "./injection.ts";
import { meshesOf } from "./membership.ts";
import { namespaceMode } from "./mtls.ts";
import { readsAnnotationOnly, requestPlace } from "./revision-templates.ts";
import { isClusterLocal } from "./services.ts";

/** A service that only the mesh calls works without a sidecar where nothing asks for a certificate. */
export function isTolerated(graph: Graph, service: Resource): boolean {
  if (!valueOr(isClusterLocal(service), false)) return false;
  const home = meshesOf(graph, service.namespace);
  const mode = home.state === "member" ? namespaceMode(graph, service.namespace, home.mesh) : null;
  return mode?.state !== "known" || mode.mode !== "STRICT";
}

/** What keeps the sidecar away; null: the pod gets one, or its namespace is no member, which another rule says. */
export function obstacle(graph: Graph, pod: PodTemplate, asked: Injection): Injection | null {
  if (asked.state === "no") return asked;
  const effective = injection(graph, pod);
  return effective.state === "no" && effective.cause === "namespace" ? effective : null;
}

export type SidecarFault =
  | {
      readonly state: "missing";
      readonly cause: InjectionCause;
      readonly reason: string;
      /** The field that decides, present or missing. */
      readonly at: Place;
      /** Where the pod should ask for it. */
      readonly form: Place;
      /** The request in another form, which that one takes the place of. */
      readonly replaced: Place | null;
    }
  /** Asked for by annotation, where labels are read. */
  | { readonly state: "older-form"; readonly at: Place; readonly form: Place }
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly needs: string };

/** What is wrong with a pod's request for its sidecar. */
export function sidecarFault(graph: Graph, pod: PodTemplate): SidecarFault {
  const asked = injectionInMesh(graph, pod);
  if (asked.state === "unknown") return { state: "unknown", needs: asked.needs };
  const form = requestPlace(graph, pod);
  const found = obstacle(graph, pod, asked);
  if (found?.state !== "no") {
    const isOlder = asked.cause === "annotation" && !readsAnnotationOnly(graph, pod);
    return isOlder ? { state: "older-form", at: asked.at, form } : { state: "none" };
  }
  const { cause, reason } = found;
  const isAbsent = cause === "not-requested" || cause === "annotation-ignored";
  // An annotation with the right value would still be the form that is deprecated.
  const moves = form.path.at(-2) === "labels" && found.at.path.at(-2) === "annotations";
  return {
    state: "missing",
    cause,
    reason,
    at: isAbsent ? form : found.at,
    form: isAbsent || moves ? form : found.at,
    replaced: moves ? found.at : null,
  };
}
