import { removeKey } from "../../src/fix/edits.ts";
import { replaceLabels } from "../../src/fix/labels.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { scraping, selectorSlip, type SelectorSlip } from "../../src/mesh/monitoring-policies.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isMapping, valueAt } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const right = { "kubernetes.io/metadata.name": "openshift-monitoring" };

function problem(policy: Resource, slip: SelectorSlip): Problem {
  const { path, what, wanted, labels } = slip;
  if (what === "pods") {
    const wide = isMapping(valueAt(policy.value, [...path, "matchLabels"])) ? [...path, "matchLabels"] : null;
    return fail(
      at(policy, ...path),
      "this policy admits monitoring, but not to all pods of Serving that are scraped",
      remedy("let the policy select all pods", "review", wide && removeKey(policy, wide)),
    );
  }
  const title = "select by kubernetes.io/metadata.name: openshift-monitoring";
  const edits = labels && replaceLabels(policy, labels, right);
  const message =
    what === "key"
      ? `no namespace of monitoring has the label "${path.at(-1)}"; the label is "${wanted}"`
      : `the namespace of monitoring has another value of this label, "${wanted}"`;
  if (labels === null)
    return fail(at(policy, ...path), "this expression does not match the namespace of monitoring", {
      advice: title,
    });
  return fail(
    what === "key" ? atKey(policy, ...path) : at(policy, ...path),
    message,
    remedy(title, "safe", edits),
  );
}

export const rule = defineRule({
  id: "metrics/networkpolicy-selector",
  summary: "A NetworkPolicy that means to admit cluster monitoring does not match it.",
  severity: "error",
  category: "networking",
  documentation: [integrations("1.5")],
  upstream: [
    "openshift/cluster-monitoring-operator manifests/0000_50_cluster-monitoring-operator_01-namespace.yaml",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/ingress.go",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "safe",
  reads: [kinds.NetworkPolicy],
  subjects(graph) {
    if (graph.all(kinds.KnativeServing).length === 0)
      return undecided("the KnativeServing, which says whether metrics are on");
    return graph.own(kinds.NetworkPolicy);
  },
  *check(policy, graph) {
    const servings = graph
      .all(kinds.KnativeServing)
      .filter(
        ({ namespace }) => policy.namespace === (namespace ?? servingNamespace) || policy.namespace === null,
      );
    const found = servings.map((serving) => ({ serving, state: scraping(graph, serving) }));
    const shut = found.find(({ state }) => state.state === "shut out");
    if (shut && policy.namespace !== null) {
      const slip = selectorSlip(graph, policy, shut.serving);
      if (slip) yield problem(policy, slip);
      return;
    }
    for (const { state } of found) {
      if (state.state === "unknown") return yield undecided(state.needs);
      if (state.state === "not-applicable") yield notApplicable(state.why);
    }
    if (servings.length === 0) yield notApplicable("it is not in the namespace of Serving");
  },
});
