import { appendItems } from "../../src/fix/items.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { drifts } from "../../src/mesh/namespace-drift.ts";
import { mayBeElsewhere } from "../../src/mesh/permission-coverage.ts";
import type { NamespaceList } from "../../src/mesh/tenant-groups.ts";
import { hostsOf, pathsOf } from "../../src/mesh/tenant-policies.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import {
  at,
  defineSetRule,
  fail,
  type Judgement,
  notApplicable,
  remedy,
  undecided,
} from "../../src/rule/define.ts";
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
    const found = isolation(graph);
    if (found.state === "no") return;
    const domain = graph.profile.clusterDomain;
    const say = (policy: Resource, path: Path, message: string, rest: object): Judgement[] =>
      policy.standing === "own" ? [fail(at(policy, ...path), message, rest)] : [];
    for (const group of found.tenants) {
      const defined = group.configured ? "the config gives it" : "its other policies name";
      for (const drift of drifts(graph, group)) {
        if (drift.cause === "stranger") {
          const { list, entry } = drift;
          yield* say(
            list.policy,
            entry.path,
            `${JSON.stringify(entry.text)} is for namespace ${entry.namespace}, which is none of tenant ${group.name}: ${defined} ${group.namespaces.join(", ")}`,
            { advice: "name the tenant's namespaces only, the same ones in every policy" },
          );
        } else if (drift.cause === "left-out") {
          const { list, namespaces } = drift;
          const names = namespaces.join(", ");
          yield* say(
            list.policy,
            list.path,
            `${nouns[list.by]} in ${list.policy.name} leave out ${names}, although ${defined} ${group.namespaces.join(", ")}`,
            remedy(
              `add ${names}`,
              "review",
              appendItems(list.policy, list.path, texts(list, namespaces, domain)),
            ),
          );
        } else {
          const { policy, path, shortfall } = drift;
          const left = shortfall.namespaces.length > 0 ? `, for ${shortfall.namespaces.join(", ")} too` : "";
          yield* say(
            policy,
            path,
            `${policy.name} does not let in all that it has to for tenant ${group.name}: ${shortfall.requirement.what}${left}`,
            { advice: `let the tenant's policies be written anew: meshlint new tenant ${group.name}` },
          );
        }
      }
    }
  },
});
