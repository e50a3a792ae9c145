import { writeSetting } from "../../src/fix/items.ts";
import { dataPlane, type SidecarRequest } from "../../src/mesh/data-plane.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { usesMesh } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

function asking(operator: Resource, request: SidecarRequest | null): ReturnType<typeof remedy> {
  if (request === null) return { advice: "let the mesh inject the namespace of Knative Eventing" };
  const title = `set ${request.form} ${injectKey} of the pods to "true"`;
  return remedy(title, "review", writeSetting(operator, request, "true"));
}

export const rule = defineRule({
  id: "kafka/data-plane-not-injected",
  summary: "Components of Knative for Kafka get no sidecar, so they cannot talk to services in the mesh.",
  severity: "error",
  varies: true,
  category: "mTLS",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/serverless.bash",
    "ReToCode/oss-ossm-3-integration INJECTION.md",
  ],
  fix: "review",
  reads: [kinds.KnativeKafka],
  subjects: (graph) => graph.own(kinds.KnativeKafka),
  *check(kafka, graph) {
    const used = usesMesh(graph, kafka);
    if (used.state === "no" || used.state === "unknown") return yield unsettled(used);
    const { gaps, byAnnotation, needs } = dataPlane(graph, kafka);
    for (const { workloads, reason, path, request } of gaps) {
      const verb = workloads.length === 1 ? "gets" : "get";
      yield fail(
        at(kafka, ...path),
        `${workloads.join(", ")} ${verb} no sidecar: ${reason}`,
        asking(kafka, request),
      );
    }
    for (const { workload, path } of byAnnotation) {
      yield fail(
        at(kafka, ...path),
        `the sidecar of ${workload} is asked for by annotation, a form that is deprecated from Service Mesh 2.2 on`,
        { severity: "info", advice: "ask for it by a label with the same key and value" },
      );
    }
    for (const need of needs) yield undecided(need);
  },
});
