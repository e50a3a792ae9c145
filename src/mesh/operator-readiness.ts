import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import { kinds } from "./kinds.ts";
import { substitutesOf } from "./operator-packages.ts";
import { packageOf, subscriptionsOf } from "./prerequisites.ts";

/** What the cluster says about the operator of a resource. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "not-ready"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

function isEstablished(definition: Resource): boolean {
  const conditions = valueAt(definition.value, ["status", "conditions"]) ?? null;
  return (isList(conditions) ? conditions : []).some(
    (condition) =>
      valueAt(condition, ["type"]) === "Established" && valueAt(condition, ["status"]) === "True",
  );
}

/**
 * Whether the CRD of an operator's resource is established and its operator installed, by the objects of the cluster
 * (the context); an operator that the set itself installs comes first in a plan.
 */
export function readiness(graph: Graph, resource: Resource): Readiness {
  const wanted = packageOf(resource.kind);
  if (wanted === null) return { state: "ready" };
  const names = substitutesOf(wanted);
  if (names.some((name) => subscriptionsOf(graph, name).some(({ standing }) => standing === "own")))
    return { state: "ready" };
  const { kind, group } = resource.id;
  const definition = graph
    .all(kinds.CustomResourceDefinition)
    .find(
      ({ value }) =>
        valueAt(value, ["spec", "group"]) === group && valueAt(value, ["spec", "names", "kind"]) === kind,
    );
  const versions = graph
    .all(kinds.ClusterServiceVersion)
    .filter((version) => names.some((name) => version.name.startsWith(`${name}.v`)));
  const whole = graph.set.context.complete === true;
  if (!whole && (!definition || versions.length === 0))
    return { state: "unknown", needs: `the CRD of ${kind}, and the state of ${wanted}` };
  if (!definition) return { state: "not-ready", why: `the cluster has no CRD for ${kind}` };
  if (!isEstablished(definition)) return { state: "not-ready", why: `the CRD of ${kind} is not established` };
  const phases = versions.map((version) => valueAt(version.value, ["status", "phase"]));
  if (phases.length === 0) return { state: "not-ready", why: `${wanted} is not installed` };
  // An older version is replaced by a newer one: that of them which runs counts.
  if (phases.includes("Succeeded")) return { state: "ready" };
  return { state: "not-ready", why: `${wanted} is in phase ${String(phases[0] ?? "(none)")}` };
}
