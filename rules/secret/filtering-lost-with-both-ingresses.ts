import { writeSetting } from "../../src/fix/items.ts";
import { overrideList } from "../../src/mesh/data-plane.ts";
import { readBoolean } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { workloadOverride } from "../../src/mesh/overrides.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import {
  filteringContainer,
  filteringOverride,
  filteringVariable,
  filteringWorkload,
  hasBothIngresses,
} from "../../src/mesh/secret-filtering.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const entry = {
  name: filteringWorkload,
  env: [{ container: filteringContainer, envVars: [{ name: filteringVariable, value: "true" }] }],
};

export const rule = defineRule({
  id: "secret/filtering-lost-with-both-ingresses",
  summary:
    "With Istio and Kourier both enabled the operator leaves out the filter of Secrets for Istio's controller.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("1.6"), integrations("1.7")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/secretinformerfiltering.go",
  ],
  applies: "Serverless >= 1.32",
  fix: "safe",
  reads: [kinds.KnativeServing],
  subjects(graph) {
    if (!holds(facts.filteringByDefault, graph.profile))
      return notApplicable("the filter is no default before Serverless 1.32");
    return graph.own(kinds.KnativeServing);
  },
  *check(serving, graph) {
    for (const name of ["istio", "kourier"]) {
      const enabled = readBoolean(serving, ["spec", "ingress", name, "enabled"]);
      if (enabled.state === "unknown") return yield undecided(enabled.why);
    }
    if (!hasBothIngresses(serving) || filteringOverride(serving) !== null) return;
    const override = workloadOverride(serving, filteringWorkload);
    if (override.open || isPatched(graph, serving))
      return yield undecided(`the overrides of KnativeServing ${serving.name}`);
    const edits = writeSetting(
      serving,
      { how: "entries", list: overrideList(serving), entries: [entry] },
      "true",
    );
    yield fail(
      at(serving, "spec", "ingress"),
      "with Istio and Kourier both enabled the operator filters Secrets for Kourier's controller only, and that of Istio reads all of the cluster",
      remedy(`set ${filteringVariable} of ${filteringWorkload}`, "safe", edits),
    );
  },
});
