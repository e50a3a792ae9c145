import { setValue } from "../../src/fix/edits.ts";
import { moveSetting } from "../../src/fix/move.ts";
import type { Place } from "../../src/mesh/field.ts";
import { type InjectionCause, injectKey } from "../../src/mesh/injection.ts";
import { isTolerated, sidecarFault } from "../../src/mesh/missing-sidecars.ts";
import { isFixed, revisionKinds, revisionTemplates } from "../../src/mesh/revision-templates.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement, Problem } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

/** How the template asks for its sidecar in a form that its mesh reads, in place of a request in another form. */
function request(service: Resource, place: Place, other: Place | null): Pick<Problem, "fix" | "advice"> {
  const form = place.path.at(-2) === "labels" ? "label" : "annotation";
  const title = `set ${form} ${injectKey} of the template to "true"`;
  if (isFixed(service)) return { advice: `${title}, in a revision with a new name` };
  const edits = other
    ? moveSetting(service, other.path, place.path, "true")
    : setValue(service, place.path, "true");
  return remedy(title, "review", edits);
}

const advices: Readonly<Partial<Record<InjectionCause, string>>> = {
  "host-network": "leave the host network",
  istiod: "give the pods another label app",
  namespace: "remove from the namespace what keeps sidecars away",
};

function* check(service: Resource, pod: PodTemplate, graph: Graph): Generator<Judgement> {
  const fault = sidecarFault(graph, pod);
  if (fault.state === "unknown") return yield undecided(fault.needs);
  if (fault.state === "missing") {
    const advice = advices[fault.cause];
    yield fail(at(service, ...fault.at.path), `the pods of ${service.name} get no sidecar: ${fault.reason}`, {
      ...(isTolerated(graph, service) && { severity: "warning" as const }),
      ...(advice === undefined ? request(service, fault.form, fault.replaced) : { advice }),
    });
  } else if (fault.state === "older-form") {
    const title = "ask for it by a label with the same key and value";
    const edits = moveSetting(service, fault.at.path, fault.form.path, "true");
    yield fail(
      at(service, ...fault.at.path),
      "the sidecar is asked for by annotation, a form that is deprecated from Service Mesh 2.2 on",
      { severity: "info", ...(isFixed(service) ? { advice: title } : remedy(title, "review", edits)) },
    );
  }
}

export const rule = defineRule({
  id: "service/sidecar-not-injected",
  summary: "The pods of a Knative Service that the mesh serves get no sidecar.",
  severity: "error",
  varies: true,
  category: "mTLS",
  documentation: [integrations("1.4.4"), integrations("2.4"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator docs/full-mesh.md",
    "openshift-knative/serverless-operator test/servinge2e/servicemesh/helpers.go",
    "istio/istio pkg/kube/inject/inject.go",
  ],
  fix: "review",
  reads: [...revisionKinds],
  subjects: revisionTemplates,
  *check(service, graph) {
    const meant = meantForIstio(graph, service);
    if (meant.state === "unknown") return yield undecided(meant.needs);
    if (meant.state === "no") return yield notApplicable(meant.because);
    for (const pod of graph.podsOf(service)) yield* check(service, pod, graph);
  },
});
