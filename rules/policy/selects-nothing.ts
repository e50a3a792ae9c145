import { renameKey, replaceScalar } from "../../src/fix/edits.ts";
import { admissionProblems } from "../../src/mesh/authorization/admission.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { label } from "../../src/model/resource.ts";
import { isMapping, valueAt } from "../../src/model/value.ts";
import { selection } from "../../src/simulate/policy-selector.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["spec", "selector", "matchLabels"] as const;

export const rule = defineRule({
  id: "policy/selects-nothing",
  summary: "The selector of an AuthorizationPolicy picks no pod of the set.",
  severity: "warning",
  varies: true,
  category: "security",
  documentation: [integrations("2.3")],
  upstream: [
    "istio/istio pilot/pkg/model/policyattachment.go",
    "knative/serving pkg/reconciler/revision/resources/meta.go",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects: (graph) => graph.own(kinds.AuthorizationPolicy),
  *check(policy, graph) {
    if (admissionProblems(policy).length > 0) return;
    // Their pods are those of the operators: the tenant rules know them by name.
    if (policy.namespace === servingNamespace || policy.namespace === eventingNamespace)
      return yield notApplicable("judged with the tenants' policies");
    const found = selection(graph, policy);
    const labels = valueAt(policy.value, path);
    const shown = Object.entries(isMapping(labels) ? labels : {})
      .map(([key, value]) => `${key}: ${String(value)}`)
      .join(", ");
    switch (found.state) {
      case "picks":
        return;
      case "unknown":
        return yield undecided(found.needs);
      case "nothing":
        return yield fail(
          at(policy, ...path),
          `no pod of the set in namespace ${policy.namespace ?? ""} has ${shown}`,
          { severity: "info", advice: "select labels of the pods' template, if the pods are not elsewhere" },
        );
      case "labels-of-workload":
        return yield fail(
          at(policy, ...path),
          `${shown} stands at ${label(found.workload)} itself, and its pods do not have it`,
          {
            related: [{ at: at(found.workload, "metadata", "labels"), message: "the labels stand here" }],
            advice: "select labels of the pods' template",
          },
        );
      case "app-of-service": {
        const key = "serving.knative.dev/service";
        const edits = renameKey(policy, [...path, "app"], key);
        return yield fail(
          at(policy, ...path, "app"),
          `no pod has app: ${found.service.name}: Knative labels the pods of a service with the name of their revision (${found.revision})`,
          remedy(`select ${key}: ${found.service.name}`, "review", edits),
        );
      }
      case "near": {
        const { key, wanted, pod } = found;
        const edits = replaceScalar(policy, [...path, key], wanted);
        return yield fail(
          at(policy, ...path, key),
          `no pod of namespace ${policy.namespace ?? ""} has ${shown}, and those of ${label(pod.resource)} have ${key}: ${wanted}`,
          {
            related: [{ at: at(pod.resource, ...pod.metadata, "labels"), message: "the labels of its pods" }],
            ...remedy(`select ${key}: ${wanted}`, "review", edits),
          },
        );
      }
    }
  },
});
