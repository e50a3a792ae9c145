import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { policyFields } from "./authorization/fields.ts";
import type { PolicyField } from "./authorization/fields.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { eventingNamespace, gatewayNamespaces, systemNamespaces } from "./namespaces.ts";
import { namespaceOfPattern } from "./permissions.ts";
import { inNameOfHeader, jobSink, receivers } from "./tenant-policies.ts";
import { type KnownTenant, tenants } from "./tenants.ts";

/** One list of a policy that names projects: by caller, host, path or header. */
export interface NamespaceList {
  readonly policy: Resource;
  readonly path: Path;
  readonly by: "sources" | "hosts" | "paths" | "header";
  readonly entries: readonly { readonly namespace: string; readonly text: string; readonly path: Path }[];
}

/** A tenant as its policies agree about it. */
export interface TenantGroup {
  readonly name: string;
  /** Those of the config, else those that at least half of the lists name. */
  readonly namespaces: readonly string[];
  /** Its policies beside the shared components of Knative. */
  readonly shared: readonly Resource[];
  readonly configured: boolean;
}

/** Where the components are that all tenants share. */
export const sharedNamespaces: readonly string[] = [servingNamespace, eventingNamespace];

const header = `request.headers[${inNameOfHeader}]`.toLowerCase();

function listOf(policy: Resource, field: PolicyField): NamespaceList | null {
  if (field.negated || !field.complete) return null;
  const path = field.values[0]?.path.slice(0, -1) ?? [];
  const read = (by: NamespaceList["by"], of: (text: string) => string | null): NamespaceList => ({
    policy,
    path,
    by,
    entries: field.values.flatMap(({ text, path: at }) => {
      const namespace = of(text);
      return namespace === null ? [] : [{ namespace, text, path: at }];
    }),
  });
  if (field.name === "namespaces") return read("sources", (text) => (text.includes("*") ? null : text));
  if (field.name === "hosts") return read("hosts", namespaceOfPattern);
  if (field.name === "paths") return read("paths", namespaceOfPattern);
  return field.written.toLowerCase() === header ? read("header", (text) => text) : null;
}

/** The platform's namespaces; where no control plane is at hand, with the one that the documents give it. */
export const platformNamespaces = once((graph: Graph): ReadonlySet<string> => {
  const known = systemNamespaces(graph);
  return gatewayNamespaces(graph).state === "known" ? known : new Set([...known, "istio-system"]);
});

/** Whether the set has policies of the platform itself, so that others of them would be there as well. */
export const hasPlatformPolicies = once(
  (graph: Graph): boolean =>
    graph.owns("serverless") ||
    graph.set.owns.includes("tenants") ||
    sharedPolicies(graph).some((policy) => !tenantOfPolicy(graph).has(policy)),
);

/** The lists of a policy that name projects, those of the platform left out. */
export function namespaceLists(graph: Graph, policy: Resource): readonly NamespaceList[] {
  const system = platformNamespaces(graph);
  return [...policyFields(policy)]
    .map((field) => listOf(policy, field))
    .filter((list) => list !== null)
    .map((list) => ({ ...list, entries: list.entries.filter(({ namespace }) => !system.has(namespace)) }))
    .filter(({ entries }) => entries.length > 0);
}

/** Whether a policy names no pods, so that it is for all of its namespace. */
export function isNamespaceWide(policy: Resource): boolean {
  const labels = valueAt(policy.value, ["spec", "selector", "matchLabels"]);
  const isEmpty = (value: Value | undefined): boolean =>
    value === undefined || value === null || (isList(value) && value.length === 0);
  const free = !isMapping(labels) || Object.keys(labels).length === 0;
  return (
    free &&
    isEmpty(valueAt(policy.value, ["spec", "targetRef"])) &&
    isEmpty(valueAt(policy.value, ["spec", "targetRefs"]))
  );
}

/** The AuthorizationPolicies beside Knative's components. */
export const sharedPolicies = once((graph: Graph): readonly Resource[] =>
  graph
    .all(kinds.AuthorizationPolicy)
    .filter(({ namespace }) => namespace !== null && sharedNamespaces.includes(namespace)),
);

/** The documents' name of a policy for one tenant and one component. */
const policyName = new RegExp(
  `^allow-(.+)-to-(?:activator|${[...receivers, jobSink].map(({ short }) => short).join("|")})$`,
);

/**
 * The tenants that are known, and those of which the policies for other components speak: one whose policy for the
 * activator has a slip is a tenant still.
 */
const candidates = once((graph: Graph): readonly KnownTenant[] => {
  const known = tenants(graph);
  if (known.some(({ from }) => from === "config")) return known;
  const taken = new Set(known.flatMap(({ namespaces }) => namespaces));
  const found = new Map<string, Set<string>>();
  for (const policy of sharedPolicies(graph)) {
    const name = policyName.exec(policy.name)?.[1];
    const lists = namespaceLists(graph, policy);
    if (name === undefined || known.some((tenant) => tenant.name === name)) continue;
    if (!lists.some(({ by }) => by === "hosts" || by === "paths")) continue;
    const sources = lists.filter(({ by }) => by === "sources").flatMap(({ entries }) => entries);
    const free = sources.map(({ namespace }) => namespace).filter((namespace) => !taken.has(namespace));
    if (free.length > 0) found.set(name, new Set([...(found.get(name) ?? []), ...free]));
  }
  return [
    ...known,
    ...Array.from(found, ([name, namespaces]) => ({ name, namespaces: [...namespaces], from: [] })),
  ];
});

/** Which of the known tenants a policy beside Knative's components is for: by its name, else by what it names. */
function ownerOf(graph: Graph, policy: Resource): string | null {
  const known = candidates(graph);
  const named = known
    .filter(({ name }) => policy.name === name || policy.name.startsWith(`allow-${name}-`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (named) return named.name;
  const votes = new Map<string, number>();
  for (const { entries } of namespaceLists(graph, policy)) {
    for (const { namespace } of entries) {
      for (const tenant of known.filter((other) => other.namespaces.includes(namespace)))
        votes.set(tenant.name, (votes.get(tenant.name) ?? 0) + 1);
    }
  }
  const [best] = [...votes].toSorted((a, b) => b[1] - a[1]);
  return best?.[0] ?? null;
}

/** The tenant of each policy beside Knative's components; those of the platform are in none. */
export const tenantOfPolicy = once(
  (graph: Graph): ReadonlyMap<Resource, string> =>
    new Map(
      sharedPolicies(graph).flatMap((policy) => {
        const hasHosts = namespaceLists(graph, policy).some(({ by }) => by !== "sources");
        const owner = ownerOf(graph, policy);
        const isNamed = owner !== null && policy.name.startsWith(`allow-${owner}-`);
        return owner !== null && (hasHosts || isNamed) ? [[policy, owner] as const] : [];
      }),
    ),
);

function agreed(lists: readonly NamespaceList[]): readonly string[] {
  const votes = new Map<string, number>();
  for (const { entries } of lists) {
    for (const namespace of new Set(entries.map((entry) => entry.namespace)))
      votes.set(namespace, (votes.get(namespace) ?? 0) + 1);
  }
  // A blank in a name is a mistake of its own (tenant/host-pattern-overmatch).
  return [...votes]
    .filter(([namespace, count]) => count * 2 >= lists.length && !/\s/.test(namespace))
    .map(([namespace]) => namespace);
}

/** The tenants of the set with the namespaces that their policies agree about: one list with a slip decides nothing. */
export const tenantGroups = once((graph: Graph): readonly TenantGroup[] => {
  const owners = tenantOfPolicy(graph);
  return candidates(graph).map(({ name, namespaces, from }) => {
    const mine = [...owners].filter(([, owner]) => owner === name).map(([policy]) => policy);
    // The policy for the activator is the one that everybody knows.
    const shared = mine.toSorted(
      (a, b) => sharedNamespaces.indexOf(a.namespace ?? "") - sharedNamespaces.indexOf(b.namespace ?? ""),
    );
    if (from === "config") return { name, namespaces, shared, configured: true };
    const inside = graph
      .all(kinds.AuthorizationPolicy)
      .filter((policy) => namespaces.includes(policy.namespace ?? "") && isNamespaceWide(policy));
    const lists = [...shared, ...inside].flatMap((policy) => namespaceLists(graph, policy));
    return { name, namespaces: agreed(lists), shared, configured: false };
  });
});

/** The tenant that a namespace belongs to; the first one, where it is of two. */
export function groupOf(graph: Graph, namespace: string): TenantGroup | undefined {
  return tenantGroups(graph).find((group) => group.namespaces.includes(namespace));
}

/** Whether policies of a namespace keep tenants apart: it is that of Knative's components, or a tenant's. */
export function concernsTenants(graph: Graph, namespace: string): boolean {
  return sharedNamespaces.includes(namespace) || groupOf(graph, namespace) !== undefined;
}

/** The set's own policies that keep tenants apart, as far as their namespace is known. */
export const ownTenantPolicies = once((graph: Graph): readonly Resource[] =>
  graph
    .own(kinds.AuthorizationPolicy)
    .filter(({ namespace }) => namespace !== null && concernsTenants(graph, namespace)),
);
