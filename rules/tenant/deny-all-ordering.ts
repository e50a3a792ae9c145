import { setValue } from "../../src/fix/edits.ts";
import { applyOrders, syncWaveKey } from "../../src/mesh/apply-order.ts";
import { annotation } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { isRefusal } from "../../src/mesh/refusals.ts";
import { sharedNamespaces } from "../../src/mesh/tenant-groups.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** What has to be there first: the policies that allow something in this namespace, and what runs in it. */
function earlierOnes(graph: Graph, refusal: Resource): readonly Resource[] {
  const allowing = graph
    .all(kinds.AuthorizationPolicy)
    .filter((policy) => policy.namespace === refusal.namespace && !isRefusal(policy));
  const operator = refusal.namespace === servingNamespace ? kinds.KnativeServing : kinds.KnativeEventing;
  return [...allowing, ...graph.all(operator)];
}

const hasWave = (resource: Resource): boolean => annotation(resource, syncWaveKey).state !== "absent";

export const rule = defineRule({
  id: "tenant/deny-all-ordering",
  summary: "The policy that refuses everything comes to the cluster before those that allow something.",
  severity: "warning",
  category: "ordering",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh3.bash",
    "openshift-knative/serverless-operator hack/mesh-authz.sh",
  ],
  applies: "sets with Argo CD's sync waves, or a Kustomization that keeps its order",
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects: (graph) =>
    graph
      .own(kinds.AuthorizationPolicy)
      .filter((policy) => isRefusal(policy) && sharedNamespaces.includes(policy.namespace ?? "")),
  *check(refusal, graph) {
    const others = earlierOnes(graph, refusal);
    for (const order of applyOrders(graph)) {
      // Names of files are no order.
      if (order.by === "names") continue;
      // Waves of other objects say nothing about these, which may belong to another Application.
      if (order.by === "waves" && ![refusal, ...others].some(hasWave)) continue;
      const mine = order.position(refusal);
      const placed = others.map((resource) => ({ resource, position: order.position(resource) }));
      if (mine === "unknown" || placed.some(({ position }) => position === "unknown")) {
        yield undecided("the order in which the policies are applied");
        continue;
      }
      if (mine === null) continue;
      const last = placed
        .filter(
          (other): other is { resource: Resource; position: number } => typeof other.position === "number",
        )
        .toSorted((a, b) => b.position - a.position)[0];
      // What is in one wave, or one file, comes in no order.
      if (!last || (order.by === "waves" ? last.position < mine : last.position <= mine)) continue;
      const path = ["metadata", "annotations", syncWaveKey];
      const title = `put it into wave ${last.position + 1}`;
      yield fail(
        at(refusal, ...(order.by === "waves" ? path : ["metadata", "name"])),
        `${refusal.name} is applied ${order.describe(refusal)}, and ${label(last.resource)} ${order.describe(last.resource)}: until that is there, Knative's components refuse each other`,
        {
          related: [{ at: at(last.resource, "metadata", "name"), message: "has to be there first" }],
          ...(order.by === "waves"
            ? remedy(title, "review", setValue(refusal, path, String(last.position + 1)))
            : { advice: "apply the policy that refuses everything last" }),
        },
      );
      return;
    }
  },
});
