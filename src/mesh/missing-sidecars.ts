import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueOr } from "./field.ts";
import { injection, type Injection } from "./injection.ts";
import { meshesOf } from "./membership.ts";
import { namespaceMode } from "./mtls.ts";
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
