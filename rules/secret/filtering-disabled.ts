import { kinds } from "../../src/mesh/kinds.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { filteringOf, hasBothIngresses } from "../../src/mesh/secret-filtering.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "secret/filtering-disabled",
  summary:
    "The filter of Secrets is switched off, so that Istio's controller keeps all Secrets of the cluster in memory.",
  severity: "info",
  category: "configuration",
  documentation: [integrations("1.7")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/secretinformerfiltering.go",
  ],
  applies: "Serverless >= 1.24",
  fix: "none",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving);
    if (used.state === "unknown") return yield undecided(used.needs);
    if (used.state !== "istio" && !hasBothIngresses(serving))
      return yield notApplicable(`${used.state} is its ingress`);
    const filtering = filteringOf(graph, serving);
    if (filtering.state === "unknown") return yield undecided(filtering.needs);
    if (filtering.state === "on" || !filtering.explicit) return;
    yield fail(
      at(serving, ...filtering.at.path),
      "Secrets are not filtered: Istio's controller of Knative keeps all Secrets of the cluster in memory",
      { advice: "label the certificates that DomainMappings name, and leave the filter on" },
    );
  },
});
