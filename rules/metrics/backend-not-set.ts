import { setValue } from "../../src/fix/edits.ts";
import { integration } from "../../src/mesh/integration.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { metricsBackend, wrongBackendKey } from "../../src/mesh/metrics-backend.ts";
import { readBoolean, readString, valueOr } from "../../src/mesh/field.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { NotApplicable } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

function whyNot(operator: Resource, graph: Graph): NotApplicable | null {
  if (operator.kind === kinds.KnativeEventing) {
    const meshed = ingress(graph).state === "istio" && integration(graph).evident;
    return meshed ? null : notApplicable("Serving does not use Istio");
  }
  const istio = valueOr(readBoolean(operator, ["spec", "ingress", "istio", "enabled"]), false);
  return istio ? null : notApplicable("Istio is not enabled, so metrics are on by default");
}

export const rule = defineRule({
  id: "metrics/backend-not-set",
  summary: "No metrics backend is set beside Istio, so the operator switches metrics off.",
  severity: "warning",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.5"), oldestIntegrations("1.4")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/extension.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/monitoring/helpers.go",
  ],
  fix: "safe",
  reads: [kinds.KnativeServing, kinds.KnativeEventing],
  subjects: (graph) => graph.own(kinds.KnativeServing, kinds.KnativeEventing),
  *check(operator, graph) {
    const backend = metricsBackend(graph, operator);
    if (backend.state === "unknown") return yield undecided(backend.needs);
    const reason = whyNot(operator, graph);
    if (reason) return yield reason;
    // That key explains why this one is missing: metrics/backend-key-wrong.
    if (wrongBackendKey(graph, operator)) return;
    const { state, by, path } = backend;
    const isServing = operator.kind === kinds.KnativeServing;
    if (by === "value" && state === "off") {
      const value = readString(operator, path);
      yield fail(
        at(operator, ...path),
        `metrics are switched off by ${path.at(-1)}: ${valueOr(value, "none")}`,
        {
          severity: "info",
          advice: "set it to prometheus if they are wanted",
        },
      );
    }
    if (by === "value") return;
    const title = `set ${path.at(-1)} to prometheus`;
    const message = isServing
      ? `without ${path.at(-1)} the operator switches metrics off, since Istio is enabled`
      : `${path.at(-1)} is left to the operator's default, prometheus`;
    yield fail(at(operator, ...path), message, {
      ...(!isServing && { severity: "info" as const }),
      ...remedy(title, "safe", setValue(operator, path, "prometheus")),
    });
  },
});
