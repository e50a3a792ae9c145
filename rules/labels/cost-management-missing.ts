import { costKeys, costKeysOption, isCostKey, serviceNamespaceLabels } from "../../src/mesh/cost-labels.ts";
import { readString, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

const packages: readonly string[] = ["costmanagement-metrics-operator", "koku-metrics-operator"];

export const rule = defineSetRule({
  id: "labels/cost-management-missing",
  summary: "Cost labels are in use, and nothing in the set collects what they sort.",
  severity: "info",
  category: "cost",
  documentation: [integrations("3.1"), oldestIntegrations("2.1")],
  fix: "none",
  reads: [kinds.Namespace, kinds.OperatorSubscription],
  options: { keys: costKeysOption },
  *check(graph, { options }) {
    const keys = costKeys(options);
    const labels = serviceNamespaceLabels(graph).filter(({ key }) =>
      keys.length > 0 ? keys.includes(key) : isCostKey(key),
    );
    if (keys.length === 0 && labels.length === 0) return yield notApplicable("no cost labels are in use");
    if (graph.all(kinds.CostManagementMetricsConfig, kinds.KokuMetricsConfig).length > 0) return;
    const subscriptions = graph.all(kinds.OperatorSubscription);
    const names = subscriptions.map((subscription) => readString(subscription, ["spec", "name"]));
    if (names.some((name) => packages.includes(valueOr(name, "")))) return;
    if (subscriptions.length === 0) return yield undecided("the operators that the cluster subscribes to");
    if (names.some((name) => name.state === "unknown"))
      return yield undecided("the names of all Subscriptions");
    const [first] = labels.filter(({ at: place }) => place.resource.standing === "own");
    const [other] = graph.own(kinds.OperatorSubscription);
    const tags = keys.length > 0 ? keys : [...new Set(labels.map(({ key }) => key))];
    const spot = first ? at(first.at.resource, ...first.at.path) : other && at(other, "spec", "name");
    if (!spot) return yield notApplicable("labels and Subscriptions are not the set's own");
    yield fail(
      spot,
      `labels for costs are in use (${tags.slice(0, 3).join(", ")}), and the set subscribes to operators but not to costmanagement-metrics-operator, which reports them`,
      { advice: "add a Subscription to costmanagement-metrics-operator and a CostManagementMetricsConfig" },
    );
  },
});
