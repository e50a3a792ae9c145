import { writeSetting } from "../../src/fix/items.ts";
import { goesWith } from "../../src/mesh/alternatives.ts";
import { dataPlane, type SidecarRequest } from "../../src/mesh/data-plane.ts";
import { eventingInMesh } from "../../src/mesh/eventing-config.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

function asking(operator: Resource, request: SidecarRequest | null): ReturnType<typeof remedy> {
  if (request === null) return { advice: "let the mesh inject the namespace of Knative Eventing" };
  const title = `set ${request.form} ${injectKey} of the pods to "true"`;
  return remedy(title, "review", writeSetting(operator, request, "true"));
}

export const rule = defineRule({
  id: "eventing/data-plane-not-injected",
  summary: "A workload that carries events gets no sidecar, so it cannot talk to the mesh.",
  severity: "error",
  varies: true,
  category: "mTLS",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: ["openshift-knative/serverless-operator hack/lib/serverless.bash"],
  fix: "review",
  reads: [kinds.KnativeEventing],
  subjects: (graph) => graph.own(kinds.KnativeEventing),
  *check(eventing, graph) {
    const inMesh = eventingInMesh(graph, eventing);
    if (inMesh.state === "no" || inMesh.state === "unknown") return yield unsettled(inMesh);
    const { gaps, byAnnotation, needs } = dataPlane(graph, eventing);
    const shown = inMesh.at?.resource;
    const match = shown && gaps.length > 0 ? goesWith(graph, eventing, shown) : "yes";
    if (shown && match === "unknown")
      return yield undecided(`which KnativeEventing of several folders is applied with ${label(shown)}`);
    if (shown && match === "other")
      return yield notApplicable(`${label(shown)} lies beside another KnativeEventing`);
    for (const { workloads, reason, path, request } of gaps) {
      const verb = workloads.length === 1 ? "gets" : "get";
      yield fail(
        at(eventing, ...path),
        `${workloads.join(", ")} of Eventing ${verb} no sidecar: ${reason}`,
        asking(eventing, request),
      );
    }
    for (const { workload, path } of byAnnotation) {
      yield fail(
        at(eventing, ...path),
        `the sidecar of ${workload} is asked for by annotation, a form that is deprecated from Service Mesh 2.2 on`,
        { severity: "info", advice: "ask for it by a label with the same key and value" },
      );
    }
    for (const need of needs) yield undecided(need);
  },
});
