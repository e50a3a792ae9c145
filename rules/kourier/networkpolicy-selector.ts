import { appendItem, renameKey, replaceScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { kourierMesh } from "../../src/mesh/kourier.ts";
import { admitsKourier, cutsEgress, type NearMiss, nearMisses } from "../../src/mesh/kourier-network.ts";
import type { Edit } from "../../src/model/finding.ts";
import { at, atKey, defineRule, fail, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function editsOf({ policy, path, wrong }: NearMiss): readonly Edit[] | null {
  if (wrong.what === "key") return renameKey(policy, path, wrong.right);
  if (wrong.what === "value") return replaceScalar(policy, path, wrong.right);
  return wrong.what === "types" ? appendItem(policy, path, wrong.right) : null;
}

const titleOf = ({ wrong }: NearMiss): string =>
  wrong.what === "selector" ? "select all pods of the services" : `use ${wrong.right}`;

export const rule = defineRule({
  id: "kourier/networkpolicy-selector",
  summary: "A NetworkPolicy is meant to admit Kourier and the activator, and does not.",
  severity: "error",
  category: "networking",
  documentation: [integrations("1.6")],
  upstream: ["openshift-knative/serverless-operator openshift-knative-operator/pkg/common/constants.go"],
  fix: "safe",
  reads: [kinds.NetworkPolicy],
  subjects(graph) {
    const active = kourierMesh(graph);
    if (active.state === "none" || active.state === "unknown") return unsettled(active);
    const names = active.namespaces.map(({ namespace }) => namespace);
    return graph
      .own(kinds.NetworkPolicy)
      .filter(({ namespace }) => namespace === null || names.includes(namespace));
  },
  *check(policy, graph) {
    if (policy.namespace === null) return yield undecided(`the namespace of NetworkPolicy ${policy.name}`);
    const active = kourierMesh(graph);
    const homes = active.state === "active" ? active.namespaces : [];
    for (const home of homes.filter(({ namespace }) => namespace === policy.namespace)) {
      if (cutsEgress(graph, policy))
        yield fail(
          at(policy, "spec", "policyTypes"),
          "the policy has the type Egress without a rule, which cuts its pods off from all that they call",
          { advice: "leave Egress out" },
        );
      const admitted = admitsKourier(graph, home);
      if (admitted === "yes") continue;
      const misses = nearMisses(graph, home).filter((miss) => miss.policy === policy);
      if (admitted === "unknown" && !misses.some(({ certain }) => certain)) {
        yield undecided(`whether the NetworkPolicies of ${home.namespace} admit Kourier`);
        continue;
      }
      for (const miss of misses.filter(({ certain }) => certain || admitted === "no")) {
        const place = miss.wrong.what === "key" ? atKey(policy, ...miss.path) : at(policy, ...miss.path);
        yield fail(place, miss.message, remedy(titleOf(miss), "safe", editsOf(miss)));
      }
    }
  },
});
