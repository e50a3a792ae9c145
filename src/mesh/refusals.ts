import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import { annotation } from "./field.ts";
import { parseBool } from "./go-values.ts";
import { settingsFor } from "./permission-coverage.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { isNamespaceWide } from "./tenant-groups.ts";

/**
 * Whether a policy is for all pods and allows nothing: what no other policy allows is refused (istio/istio
 * `pilot/pkg/security/authz/builder/builder.go` rbacPolicyMatchNever).
 */
export function isRefusal(policy: Resource): boolean {
  const spec = valueAt(policy.value, ["spec"]) ?? null;
  if (!isNamespaceWide(policy)) return false;
  if (spec !== null && !isMapping(spec)) return false;
  const rules = valueAt(spec, ["rules"]) ?? null;
  const action = valueAt(spec, ["action"]) ?? "ALLOW";
  const dryRun = annotation(policy, "istio.io/dry-run");
  const isEnforced =
    dryRun.state === "absent" || (dryRun.state === "value" && parseBool(dryRun.value) !== true);
  return (rules === null || (isList(rules) && rules.length === 0)) && action === "ALLOW" && isEnforced;
}

/** All policies that refuse by default, context included. */
export const refusals = once((graph: Graph): readonly Resource[] =>
  graph.all(kinds.AuthorizationPolicy).filter(isRefusal),
);

export type Refused =
  { readonly state: "yes" | "no" } | { readonly state: "unknown"; readonly needs: string };

/** Whether a namespace refuses what nothing allows: by a policy of its own, or by one of the mesh's root namespace. */
export function refusedByDefault(graph: Graph, namespace: string): Refused {
  const { rootNamespace } = settingsFor(graph, namespace);
  const found = refusals(graph).some(
    (policy) =>
      policy.namespace !== null && (policy.namespace === namespace || policy.namespace === rootNamespace),
  );
  if (found) return { state: "yes" };
  const lost = refusals(graph).find((policy) => policy.namespace === null);
  return lost
    ? { state: "unknown", needs: `the namespace of AuthorizationPolicy ${lost.name}` }
    : { state: "no" };
}
