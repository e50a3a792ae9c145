import type { Graph } from "../model/graph.ts";
import type { Place } from "./field.ts";
import { namedAt } from "./isolation.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { systemNamespaces } from "./namespaces.ts";
import { tenantGroups } from "./tenant-groups.ts";

/** A namespace that a tenant has no right to. */
export interface WrongClaim {
  readonly namespace: string;
  readonly tenant: string;
  /** The tenant that claims it first; null: it is the platform's. */
  readonly first: string | null;
  /** Where the set's policies say so, or the policy that it is said at. */
  readonly at: Place;
}

/** Namespaces that two tenants claim, said at the second one, and those of the platform that a tenant does. */
export const wrongClaims = once((graph: Graph): readonly WrongClaim[] => {
  const groups = tenantGroups(graph);
  const system = systemNamespaces(graph);
  const isPlatform = (namespace: string): boolean =>
    system.has(namespace) || /^(?:openshift|kube)(?:-|$)/.test(namespace);
  return groups.flatMap((group) =>
    group.namespaces.flatMap((namespace): readonly WrongClaim[] => {
      const fallback = group.shared[0] ?? graph.own(kinds.AuthorizationPolicy)[0];
      const named = namedAt(graph, group, namespace);
      const at = named ?? (fallback && { resource: fallback, path: ["metadata", "name"] });
      if (!at) return [];
      const first = groups.find(({ namespaces }) => namespaces.includes(namespace));
      const claim = { namespace, tenant: group.name, at };
      return [
        ...(first && first !== group ? [{ ...claim, first: first.name }] : []),
        ...(group.configured && isPlatform(namespace) ? [{ ...claim, first: null }] : []),
      ];
    }),
  );
});
