import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { type Path, valueAt } from "../model/value.ts";
import { type Intruder, surplus } from "./surplus.ts";
import { groupOf, namespaceLists, tenantGroups, tenantOfPolicy } from "./tenant-groups.ts";
import { permittedToComponents } from "./tenant-requirements.ts";

/** What a tenant's policy beside Knative's components opens that it must not. */
export interface Trespass {
  readonly path: Path;
  readonly tenant: string;
  readonly intruder: Intruder;
  /** The component by which it goes; null: all pods of the namespace. */
  readonly component: string | null;
  /** The project of another tenant that the policy's own tenant reaches; null: somebody else is let in. */
  readonly reaches: { readonly namespace: string; readonly owner: string } | null;
}

/** Policies beside Knative's components that let another tenant in, or the tenant into another one's projects. */
export function trespasses(graph: Graph, policy: Resource): readonly Trespass[] {
  const tenant = tenantOfPolicy(graph).get(policy);
  if (tenant === undefined) return [];
  const permitted = permittedToComponents(graph, tenantGroups(graph));
  return surplus(graph, { policy, permitted }).flatMap(({ path, intruder, component }) => {
    if (intruder.who === "account") return [];
    const text = valueAt(policy.value, path);
    const list = namespaceLists(graph, policy).find(({ entries }) =>
      entries.some((entry) => entry.text === text),
    );
    const named = list?.entries.find((entry) => entry.text === text)?.namespace;
    const owner = named === undefined ? undefined : groupOf(graph, named);
    // A project that belongs to nobody is a slip of the pen: tenant/policy-namespaces-drift.
    if (named !== undefined && owner === undefined) return [];
    if (intruder.who === "tenant" && named === undefined) return [];
    const isReached = named !== undefined && owner !== undefined && list?.by !== "sources";
    const reaches = isReached ? { namespace: named, owner: owner.name } : null;
    return [{ path, tenant, intruder, component, reaches }];
  });
}
