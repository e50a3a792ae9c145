import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Place } from "./field.ts";
import { isMistakenGateway } from "./mistaken-gateway.ts";
import { oncePer } from "./memo.ts";
import { shortfall } from "./shortfalls.ts";
import type { Shortfall } from "./shortfalls.ts";
import { isNamespaceWide, namespaceLists, platformNamespaces, tenantGroups } from "./tenant-groups.ts";
import type { NamespaceList, TenantGroup } from "./tenant-groups.ts";
import { componentRequirements, namespaceRequirements } from "./tenant-requirements.ts";
import type { Requirement } from "./tenant-requirements.ts";
import { kinds } from "./kinds.ts";
import { gatewayNamespaces } from "./namespaces.ts";

/** A place where the policies of a tenant do not agree with each other, or with its definition. */
export type Drift = { readonly at: Place } &
  /** A list leaves out projects of the tenant, and no other policy makes up for it. */
  (
    | { readonly cause: "left-out"; readonly list: NamespaceList; readonly namespaces: readonly string[] }
    /** A list names a project that no other one of the tenant does. */
    | {
        readonly cause: "stranger";
        readonly list: NamespaceList;
        readonly entry: NamespaceList["entries"][number];
      }
    /** The lists are complete, and yet a policy refuses some of the tenant's projects, or the platform. */
    | {
        readonly cause: "refused";
        readonly shortfall: Shortfall;
      }
  );

function requirementsOf(graph: Graph, group: TenantGroup): readonly Requirement[] {
  return [
    ...componentRequirements(graph, group),
    ...group.namespaces.flatMap((namespace) => {
      const { callers, events } = namespaceRequirements(graph, group, namespace);
      return [callers, events];
    }),
  ];
}

function refused(shortfall: Shortfall): readonly Drift[] {
  const { near } = shortfall;
  return near ? [{ cause: "refused", at: { resource: near.policy, path: near.path }, shortfall }] : [];
}

function leftOut(graph: Graph, found: Shortfall): readonly Drift[] {
  const { near, namespaces } = found;
  if (near === null) return [];
  const lists = namespaceLists(graph, near.policy).filter(
    ({ entries, path }) =>
      path[2] !== undefined && namespaces.some((name) => !entries.some((entry) => entry.namespace === name)),
  );
  const drifts = lists.map((list): Drift => {
    const missing = namespaces.filter((name) => !list.entries.some(({ namespace }) => namespace === name));
    return { cause: "left-out", at: { resource: list.policy, path: list.path }, list, namespaces: missing };
  });
  if (drifts.length > 0) return drifts;
  return refused(found);
}

/** Policies of a tenant with lists: those beside Knative's components, and those for all of one of its projects. */
function policiesOf(graph: Graph, group: TenantGroup): readonly Resource[] {
  const inside = graph
    .all(kinds.AuthorizationPolicy)
    .filter((policy) => group.namespaces.includes(policy.namespace ?? "") && isNamespaceWide(policy))
    .filter((policy) =>
      namespaceLists(graph, policy).some(({ entries }) =>
        entries.some(({ namespace }) => group.namespaces.includes(namespace)),
      ),
    );
  return [...group.shared, ...inside];
}

function strangers(graph: Graph, group: TenantGroup): readonly Drift[] {
  const known = new Set([
    ...tenantGroups(graph).flatMap(({ namespaces }) => namespaces),
    ...platformNamespaces(graph),
  ]);
  // In a tenant's own namespaces the gateway's namespace is one of the callers.
  const isOpen = gatewayNamespaces(graph).state === "unknown";
  return policiesOf(graph, group).flatMap((policy) =>
    (isOpen && !group.shared.includes(policy) ? [] : namespaceLists(graph, policy)).flatMap((list) =>
      list.entries
        .filter(({ namespace }) => !known.has(namespace) && !/\s/.test(namespace))
        .map((entry): Drift => ({
          cause: "stranger",
          at: { resource: policy, path: entry.path },
          list,
          entry,
        })),
    ),
  );
}

const placeOf = (drift: Drift): string =>
  JSON.stringify([
    drift.at.resource.namespace,
    drift.at.resource.name,
    drift.cause === "refused" ? drift.at.path : drift.list.path,
  ]);

/** Where the policies of a tenant name other projects than they have to, one drift per place. */
export const drifts = oncePer((graph: Graph, group: TenantGroup): readonly Drift[] => {
  const found: Drift[] = [...strangers(graph, group)];
  const seen = new Set(found.map(placeOf));
  for (const requirement of requirementsOf(graph, group)) {
    const answer = shortfall(graph, { requirement, tenant: group.namespaces });
    if (answer.state !== "lacking" || answer.extent === "all") continue;
    const { near, extent } = answer;
    if (extent === "gateway" && near && isMistakenGateway(graph, near.policy)) continue;
    const more = extent === "namespaces" ? leftOut(graph, answer) : refused(answer);
    for (const drift of more) {
      const place = placeOf(drift);
      if (!seen.has(place)) found.push(drift);
      seen.add(place);
    }
  }
  return found;
});
