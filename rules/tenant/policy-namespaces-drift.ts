import { appendItems } from "../../src/fix/items.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { type Drift, drifts } from "../../src/mesh/namespace-drift.ts";
import { mayBeElsewhere } from "../../src/mesh/permission-coverage.ts";
import { type NamespaceList, type TenantGroup, tenantGroups } from "../../src/mesh/tenant-groups.ts";
import { hostsOf, pathsOf } from "../../src/mesh/tenant-policies.ts";
import { at, defineSetRule, fail, notApplicable, type Problem } from "../../src/rule/define.ts";
import { remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const nouns = {
  sources: "the namespaces that may call",
  hosts: "the hosts",
  paths: "the paths",
  header: "the values of Kn-Namespace",
} as const;

function texts({ by }: NamespaceList, namespaces: readonly string[], domain: string): readonly string[] {
  if (by === "hosts") return hostsOf(namespaces, domain);
  return by === "paths" ? pathsOf(namespaces) : namespaces;
}

function problemOf(drift: Drift, group: TenantGroup, domain: string): Problem {
  const spot = at(drift.at.resource, ...drift.at.path);
  const defined = group.configured ? "the config gives it" : "its other policies name";
  const whole = `${defined} ${group.namespaces.join(", ")}`;
  if (drift.cause === "stranger") {
    const { text, namespace } = drift.entry;
    return fail(
      spot,
      `${JSON.stringify(text)} is for namespace ${namespace}, which is none of tenant ${group.name}: ${whole}`,
      { advice: "name the tenant's namespaces only, the same ones in every policy" },
    );
  }
  if (drift.cause === "left-out") {
    const { list, namespaces } = drift;
    const names = namespaces.join(", ");
    const edits = appendItems(list.policy, list.path, texts(list, namespaces, domain));
    return fail(
      spot,
      `${nouns[list.by]} in ${list.policy.name} leave out ${names}, although ${whole}`,
      remedy(`add ${names}`, "review", edits),
    );
  }
  const { namespaces, requirement } = drift.shortfall;
  const left = namespaces.length > 0 ? `, for ${namespaces.join(", ")} too` : "";
  return fail(
    spot,
    `${drift.at.resource.name} does not let in all that it has to for tenant ${group.name}: ${requirement.what}${left}`,
    { advice: `let the tenant's policies be written anew: meshlint new tenant ${group.name}` },
  );
}

export const rule = defineSetRule({
  id: "tenant/policy-namespaces-drift",
  summary: "The policies of one tenant name different namespaces.",
  severity: "error",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/knative-istio-authz-chart templates"],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    const needs = mayBeElsewhere(graph);
    return needs === null ? null : undecided(needs);
  },
  *check(graph) {
    for (const group of tenantGroups(graph))
      for (const drift of drifts(graph, group))
        if (drift.at.resource.standing === "own") yield problemOf(drift, group, graph.profile.clusterDomain);
  },
});
