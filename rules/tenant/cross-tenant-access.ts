import { isolation, namedAt } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { systemNamespaces } from "../../src/mesh/namespaces.ts";
import { foreignCallers, type Intruder, surplus } from "../../src/mesh/surplus.ts";
import {
  groupOf,
  namespaceLists,
  sharedNamespaces,
  type TenantGroup,
  tenantOfPolicy,
} from "../../src/mesh/tenant-groups.ts";
import { permittedToComponents } from "../../src/mesh/tenant-requirements.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function who(graph: Graph, intruder: Intruder): string {
  switch (intruder.who) {
    case "anyone":
      return "anyone, with or without a certificate";
    case "any-namespace":
      return "every namespace of the mesh";
    case "account":
      return "Knative Eventing";
    case "namespace":
    case "tenant": {
      const group = groupOf(graph, intruder.namespace);
      return `namespace ${intruder.namespace}${group === undefined ? "" : ` of tenant ${group.name}`}`;
    }
  }
}

/** Policies beside Knative's components that let another tenant in, or the tenant into another one's projects. */
function* shared(policy: Resource, graph: Graph, groups: readonly TenantGroup[]): Generator<Judgement> {
  const tenant = tenantOfPolicy(graph).get(policy);
  if (tenant === undefined) return;
  const permitted = permittedToComponents(graph, groups);
  for (const { path, intruder, component } of surplus(graph, { policy, permitted })) {
    if (intruder.who === "account") continue;
    const text = valueAt(policy.value, path);
    const list = namespaceLists(graph, policy).find(({ entries }) =>
      entries.some((entry) => entry.text === text),
    );
    const named = list?.entries.find((entry) => entry.text === text)?.namespace;
    const owner = named === undefined ? undefined : groupOf(graph, named);
    // A project that belongs to nobody is a slip of the pen: tenant/policy-namespaces-drift.
    if (named !== undefined && owner === undefined) continue;
    if (intruder.who === "tenant" && named === undefined) continue;
    const message =
      list !== undefined && list.by !== "sources" && owner
        ? `${policy.name} of tenant ${tenant} lets it reach ${named} of tenant ${owner.name} through ${component}`
        : `${policy.name} of tenant ${tenant} lets ${who(graph, intruder)} call ${component}`;
    yield fail(at(policy, ...path), message, { advice: "name the tenant's own namespaces only" });
  }
}

/** A namespace that two tenants claim, or one of the platform that a tenant does; said at the second claim. */
function* claims(policy: Resource, graph: Graph, groups: readonly TenantGroup[]): Generator<Judgement> {
  const system = systemNamespaces(graph);
  for (const group of groups) {
    for (const namespace of group.namespaces) {
      const place = namedAt(graph, group, namespace);
      const first = groups.find(({ namespaces }) => namespaces.includes(namespace));
      const fallback = group.shared[0] ?? graph.own(kinds.AuthorizationPolicy)[0];
      if ((place?.resource ?? fallback) !== policy) continue;
      const path = place?.path ?? ["metadata", "name"];
      if (first !== group && first !== undefined) {
        yield fail(
          at(policy, ...path),
          `namespace ${namespace} belongs to two tenants, ${first.name} and ${group.name}, which are not kept apart there`,
          { advice: "give every namespace to one tenant" },
        );
      }
      if (group.configured && (system.has(namespace) || /^(?:openshift|kube)(?:-|$)/.test(namespace))) {
        yield fail(at(policy, ...path), `tenant ${group.name} claims ${namespace}, which is the platform's`, {
          advice: "leave namespaces of the platform out of the tenants in the config",
        });
      }
    }
  }
}

export const rule = defineRule({
  id: "tenant/cross-tenant-access",
  summary: "A policy lets one tenant reach what is another's.",
  severity: "error",
  category: "security",
  documentation: [integrations("2"), integrations("2.4")],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    return graph
      .own(kinds.AuthorizationPolicy)
      .filter(
        ({ namespace }) =>
          namespace === null ||
          sharedNamespaces.includes(namespace) ||
          groupOf(graph, namespace) !== undefined,
      );
  },
  *check(policy, graph) {
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    const found = isolation(graph);
    if (found.state === "no") return;
    yield* claims(policy, graph, found.tenants);
    if (sharedNamespaces.includes(policy.namespace)) return yield* shared(policy, graph, found.tenants);
    for (const { path, intruder } of foreignCallers(graph, policy)) {
      yield fail(
        at(policy, ...path),
        `${policy.name} lets ${who(graph, intruder)} call ${policy.namespace} of tenant ${groupOf(graph, policy.namespace)?.name ?? ""}`,
        { advice: "let in the tenant's own namespaces and those of the platform only" },
      );
    }
  },
});
