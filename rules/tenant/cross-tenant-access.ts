import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { foreignCallers, type Intruder } from "../../src/mesh/surplus.ts";
import { wrongClaims } from "../../src/mesh/tenant-claims.ts";
import { concernsTenants, groupOf, sharedNamespaces } from "../../src/mesh/tenant-groups.ts";
import { trespasses } from "../../src/mesh/tenant-trespass.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
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

function* shared(policy: Resource, graph: Graph): Generator<Judgement> {
  for (const { path, tenant, intruder, component, reaches } of trespasses(graph, policy)) {
    const effect = reaches
      ? `lets it reach ${reaches.namespace} of tenant ${reaches.owner} through ${component}`
      : `lets ${who(graph, intruder)} call ${component}`;
    yield fail(at(policy, ...path), `${policy.name} of tenant ${tenant} ${effect}`, {
      advice: "name the tenant's own namespaces only",
    });
  }
}

function* claims(policy: Resource, graph: Graph): Generator<Judgement> {
  for (const { namespace, tenant, first, at: place } of wrongClaims(graph)) {
    if (place.resource !== policy) continue;
    if (first === null)
      yield fail(at(policy, ...place.path), `tenant ${tenant} claims ${namespace}, which is the platform's`, {
        advice: "leave namespaces of the platform out of the tenants in the config",
      });
    else
      yield fail(
        at(policy, ...place.path),
        `namespace ${namespace} belongs to two tenants, ${first} and ${tenant}, which are not kept apart there`,
        { advice: "give every namespace to one tenant" },
      );
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
      .filter(({ namespace }) => namespace === null || concernsTenants(graph, namespace));
  },
  *check(policy, graph) {
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    yield* claims(policy, graph);
    if (sharedNamespaces.includes(policy.namespace)) return yield* shared(policy, graph);
    for (const { path, intruder } of foreignCallers(graph, policy)) {
      yield fail(
        at(policy, ...path),
        `${policy.name} lets ${who(graph, intruder)} call ${policy.namespace} of tenant ${groupOf(graph, policy.namespace)?.name ?? ""}`,
        { advice: "let in the tenant's own namespaces and those of the platform only" },
      );
    }
  },
});
