import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import type { Place } from "./field.ts";
import { ingress } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { namespaceLists, sharedPolicies, tenantGroups, tenantOfPolicy } from "./tenant-groups.ts";
import type { TenantGroup } from "./tenant-groups.ts";

/** Whether tenants are kept apart by policies here: the rules about it have nothing to say elsewhere. */
export type Isolation =
  | { readonly state: "yes"; readonly tenants: readonly TenantGroup[] }
  | { readonly state: "no"; readonly why: string };

export const isolation = once((graph: Graph): Isolation => {
  if (tenantGroups(graph).length === 0) return { state: "no", why: "no tenant is known" };
  if (ingress(graph).state === "kourier")
    return { state: "no", why: "Kourier is the ingress, whose calls no policy of the mesh can tell apart" };
  return { state: "yes", tenants: tenantGroups(graph) };
});

/** Where the set's own policies name a project, beside Knative's components first. */
export function namedAt(graph: Graph, group: TenantGroup, namespace: string): Place | null {
  for (const policy of [...group.shared, ...graph.own(kinds.AuthorizationPolicy)]) {
    if (policy.standing !== "own") continue;
    for (const { entries } of namespaceLists(graph, policy)) {
      const entry = entries.find((other) => other.namespace === namespace);
      if (entry) return { resource: policy, path: entry.path };
    }
  }
  return null;
}

/**
 * The own object at which something that is missing for a tenant, or for all of them, is reported: a policy of the
 * tenant, any policy beside Knative's components, a Namespace of the tenant, any policy. Null: the set has none.
 */
export function anchor(graph: Graph, group: TenantGroup | null, namespace?: string): Place | null {
  const isOwn = ({ standing }: Resource): boolean => standing === "own";
  const policies = graph.own(kinds.AuthorizationPolicy);
  const wanted = namespace ?? null;
  const named = group !== null && wanted !== null ? namedAt(graph, group, wanted) : null;
  if (named) return named;
  const shared = sharedPolicies(graph)
    .filter(isOwn)
    .filter((policy) => wanted === null || policy.namespace === wanted);
  const ofTenants = tenantOfPolicy(graph);
  const found =
    group?.shared.find(isOwn) ??
    shared.find((policy) => !ofTenants.has(policy)) ??
    shared[0] ??
    sharedPolicies(graph).find(isOwn) ??
    graph.own(kinds.Namespace).find(({ name }) => group?.namespaces.includes(name)) ??
    policies[0] ??
    graph.own(kinds.KnativeServing, kinds.ServiceMeshMemberRoll, kinds.ServiceMeshControlPlane)[0];
  const path: Path = ["metadata", "name"];
  return found ? { resource: found, path } : null;
}
