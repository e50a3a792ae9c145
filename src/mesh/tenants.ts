import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { read, readText } from "./field.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { labelsOf, matchesSelector } from "./label-match.ts";
import { once } from "./memo.ts";
import { systemNamespaces } from "./namespaces.ts";

export interface KnownTenant {
  readonly name: string;
  readonly namespaces: readonly string[];
  /** The config, or the policies that it was inferred from. */
  readonly from: "config" | readonly Resource[];
}

/** Labels of the activator's pods (knative/serving `config/core/deployments/activator.yaml`). */
const activator = labelsOf({
  app: "activator",
  role: "activator",
  "app.kubernetes.io/component": "activator",
});

const policyName = /^allow-(.+)-to-activator$/;

function texts(value: Value | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Source namespaces of the rules that name hosts, without wildcards and placeholders. */
function sourceNamespaces(policy: Resource): readonly string[] {
  const rules = valueAt(policy.value, ["spec", "rules"]);
  return (isList(rules) ? rules : []).flatMap((rule) => {
    const to = valueAt(rule, ["to"]);
    const named = isList(to) && to.some((entry) => texts(valueAt(entry, ["operation", "hosts"])).length > 0);
    const from = valueAt(rule, ["from"]);
    if (!named || !isList(from)) return [];
    return from
      .flatMap((entry) => texts(valueAt(entry, ["source", "namespaces"])))
      .filter((namespace) => !namespace.includes("*") && !isUnknown(namespace));
  });
}

function allowsActivator(policy: Resource): boolean {
  const action = readText(policy, ["spec", "action"]);
  if (action.state === "unknown" || (action.state === "value" && action.value !== "ALLOW")) return false;
  if (read(policy, ["spec", "targetRef"]).state !== "absent") return false;
  if (read(policy, ["spec", "targetRefs"]).state !== "absent") return false;
  return matchesSelector(valueAt(policy.value, ["spec", "selector"]), activator) === "yes";
}

function inferred(graph: Graph): readonly KnownTenant[] {
  const system = systemNamespaces(graph);
  const found = new Map<string, { namespaces: Set<string>; from: Resource[] }>();
  for (const policy of graph.all(kinds.AuthorizationPolicy)) {
    if (policy.namespace !== servingNamespace || !allowsActivator(policy)) continue;
    const namespaces = sourceNamespaces(policy).filter((namespace) => !system.has(namespace));
    if (namespaces.length === 0) continue;
    const name = policyName.exec(policy.name)?.[1] ?? policy.name;
    const tenant = found.get(name) ?? { namespaces: new Set(), from: [] };
    found.set(name, tenant);
    for (const namespace of namespaces) tenant.namespaces.add(namespace);
    tenant.from.push(policy);
  }
  return Array.from(found, ([name, { namespaces, from }]) => ({ name, namespaces: [...namespaces], from }));
}

/**
 * The tenants: those of the config, else those that ALLOW policies for the activator with hosts show (docs/definitions.md,
 * tenants). Empty: none is known.
 */
export const tenants = once((graph: Graph): readonly KnownTenant[] =>
  graph.set.tenants.length > 0
    ? graph.set.tenants.map(({ name, namespaces }) => ({ name, namespaces, from: "config" }))
    : inferred(graph),
);

/** The tenants that a namespace belongs to; more than one is a mistake of its own. */
export function tenantsOf(graph: Graph, namespace: string): readonly KnownTenant[] {
  return tenants(graph).filter((tenant) => tenant.namespaces.includes(namespace));
}
