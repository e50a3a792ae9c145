import type { Graph, PodTemplate } from "../model/graph.ts";
import { label, type Resource } from "../model/resource.ts";
import { excludesPort, podExcludesPort } from "./excluded-ports.ts";
import { type Place, valueOr } from "./field.ts";
import { injection } from "./injection.ts";
import { type KourierNamespace, queuePorts } from "./kourier.ts";
import { workloadMode } from "./mtls.ts";

/** What makes the ports of queue-proxy refuse plain callers; null: nothing does. */
function strictAt(
  graph: Graph,
  pod: PodTemplate,
  { mesh }: KourierNamespace,
): Place | { readonly needs: string } | null {
  const injected = injection(graph, pod);
  if (injected.state === "unknown") return { needs: injected.needs };
  if (injected.state === "no") return null;
  for (const port of queuePorts) {
    const planes = mesh.controlPlanes.map((plane) => plane.resource);
    const own = podExcludesPort(pod, port);
    const excluded =
      own.state === "value"
        ? own.value
        : planes.some((plane) => valueOr(excludesPort(graph, plane, port), false));
    if (excluded) continue;
    const mode = workloadMode(graph, pod, mesh, port);
    if (mode.state === "unknown") return { needs: mode.needs };
    if (mode.mode === "STRICT") return mode.at ?? { resource: pod.resource, path: pod.metadata };
  }
  return null;
}

/** A setting that makes mutual TLS strict for services behind Kourier. */
export interface StrictCause {
  /** The setting; where it is not the set's own, the template of the first service. */
  readonly place: Place;
  readonly services: readonly [Resource, ...Resource[]];
}

/** One setting is one cause, however many services it concerns. `needs`: what would decide about other services. */
export function strictCauses(
  graph: Graph,
  namespaces: readonly KourierNamespace[],
): { readonly causes: readonly StrictCause[]; readonly needs: readonly string[] } {
  const causes = new Map<string, { readonly place: Place; readonly services: [Resource, ...Resource[]] }>();
  const needs: string[] = [];
  const pods = namespaces.flatMap((home) =>
    home.services.flatMap((service) => graph.podsOf(service)).map((pod) => ({ pod, home })),
  );
  for (const { pod, home } of pods) {
    const { resource } = pod;
    const strict = strictAt(graph, pod, home);
    if (strict === null) continue;
    if ("needs" in strict) {
      needs.push(strict.needs);
      continue;
    }
    const own = [strict.resource, resource].find(({ standing }) => standing === "own");
    if (own === undefined) continue;
    const key = label(own) + own.kind;
    const known = causes.get(key);
    if (known) known.services.push(resource);
    else {
      const place = own === strict.resource ? strict : { resource, path: pod.metadata };
      causes.set(key, { place, services: [resource] });
    }
  }
  return { causes: [...causes.values()], needs };
}
