import { replaceLabels } from "../../src/fix/labels.ts";
import { selected } from "../../src/mesh/dead-selectors.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { sharedNamespaces } from "../../src/mesh/tenant-groups.ts";
import { isMapping, valueAt } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["spec", "selector", "matchLabels"];

export const rule = defineRule({
  id: "tenant/selector-matches-nothing",
  summary: "A policy beside Knative's components selects by labels that none of their pods has.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/cmd/operator/kodata",
    "openshift-knative/serverless-operator knative-operator/deploy/resources/knativekafka",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    const policies = graph
      .own(kinds.AuthorizationPolicy)
      .filter(({ namespace }) => namespace !== null && sharedNamespaces.includes(namespace));
    return policies.length === 0 && found.state === "no" ? notApplicable(found.why) : policies;
  },
  *check(policy, graph) {
    const found = selected(graph, policy);
    if (found.state === "some") return;
    if (found.state === "unknown") return yield undecided(found.needs);
    if (found.state === "later") {
      yield fail(
        atKey(policy, ...path),
        `${policy.name} selects ${found.component}, which comes with Serverless ${found.from}: it has no effect yet`,
        { severity: "info", advice: "leave it for the update, or remove it", explains: ["spec", "selector"] },
      );
      return;
    }
    const { key, meant } = found;
    const labels = valueAt(policy.value, path);
    const value = isMapping(labels) && Object.hasOwn(labels, key) ? labels[key] : "";
    const title = meant
      ? `select ${meant.key}: ${meant.value}`
      : "name the label of the component that is called";
    const edits = meant ? replaceLabels(policy, path, { [meant.key]: meant.value }) : null;
    yield fail(
      at(policy, ...path, key),
      `no pod of Knative in ${policy.namespace} has the label ${key}: ${JSON.stringify(value)}, so that ${policy.name} is for nobody`,
      {
        explains: ["spec", "selector"],
        ...(edits ? { fix: { title, safety: "review", edits } } : { advice: title }),
      },
    );
  },
});
