import { writeSetting } from "../../src/fix/items.ts";
import { dataPlane, type SidecarRequest } from "../../src/mesh/data-plane.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations, olderIntegrations } from "../../src/rule/documents.ts";

function asking(operator: Resource, request: SidecarRequest | null): ReturnType<typeof remedy> {
  if (request === null) return { advice: "let the mesh inject the namespace of Knative Serving" };
  const title = `set ${request.form} ${injectKey} of the pods to "true"`;
  return remedy(title, "review", writeSetting(operator, request, "true"));
}

export const rule = defineRule({
  id: "serving/data-plane-not-injected",
  summary: "The activator or the autoscaler gets no sidecar, so it cannot talk to services in the mesh.",
  severity: "error",
  varies: true,
  category: "mTLS",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3"), oldestIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/serverless.bash",
    "knative/operator pkg/reconciler/common/workload_override.go",
  ],
  fix: "review",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving);
    if (used.state === "unknown") return yield undecided(used.needs);
    if (used.state !== "istio") return yield notApplicable(`${used.state} is its ingress`);
    const { gaps, byAnnotation, needs } = dataPlane(graph, serving);
    for (const { workloads, reason, path, request } of gaps) {
      const verb = workloads.length === 1 ? "gets" : "get";
      yield fail(
        at(serving, ...path),
        `${workloads.join(" and ")} of Serving ${verb} no sidecar: ${reason}`,
        asking(serving, request),
      );
    }
    for (const { workload, path } of byAnnotation) {
      yield fail(
        at(serving, ...path),
        `the sidecar of ${workload} is asked for by annotation, a form that is deprecated from Service Mesh 2.2 on`,
        { severity: "info", advice: "ask for it by a label with the same key and value" },
      );
    }
    for (const need of needs) yield undecided(need);
  },
});
