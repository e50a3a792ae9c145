import { appendItem } from "../../src/fix/edits.ts";
import { readList } from "../../src/mesh/field.ts";
import { injectionInMesh } from "../../src/mesh/injection.ts";
import { isExcludedNamespace, meshesOf } from "../../src/mesh/membership.ts";
import { revisionKinds, revisionTemplates } from "../../src/mesh/revision-templates.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import type { Graph } from "../../src/model/graph.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

const members = ["spec", "members"];

/** The namespace is added where the mesh of Serverless lists its members. */
function howToFix(namespace: string, graph: Graph): Pick<Problem, "fix" | "advice" | "related"> {
  if (isExcludedNamespace(namespace))
    return { advice: "run the service in another namespace; this one can never be a member" };
  const found = serverlessMesh(graph);
  const rolls = found.state === "found" ? found.mesh.rolls : [];
  const roll = rolls.find((candidate) => readList(candidate, members).state === "value");
  const title = `add ${namespace} to the members of the mesh`;
  if (!roll) return { advice: title };
  const edits = roll.standing === "own" ? appendItem(roll, members, namespace) : null;
  return {
    related: [{ at: at(roll, ...members), message: "the members of the mesh" }],
    ...remedy(title, "review", edits),
  };
}

export const rule = defineRule({
  id: "service/namespace-not-member",
  summary: "The namespace of a Knative Service that asks for a sidecar is no member of the mesh.",
  severity: "error",
  category: "membership",
  documentation: [integrations("1.4.4"), integrations("2.3"), olderIntegrations("1.3")],
  upstream: [
    "maistra/istio-operator resources/helm/v2.5/istio-control/istio-discovery/templates/mutatingwebhook.yaml",
  ],
  fix: "review",
  reads: [...revisionKinds],
  subjects: revisionTemplates,
  *check(service, graph) {
    const meant = meantForIstio(graph, service);
    if (meant.state === "unknown") return yield undecided(meant.needs);
    if (meant.state === "no") return yield notApplicable(meant.because);
    const { namespace } = service;
    for (const pod of graph.podsOf(service)) {
      const asked = injectionInMesh(graph, pod);
      if (asked.state === "no") return yield notApplicable("it asks for no sidecar");
      const home = meshesOf(graph, namespace);
      if (home.state === "member") return;
      if (home.state === "unknown" || namespace === null)
        return yield undecided(home.state === "unknown" ? home.needs : "the namespace");
      if (asked.state === "unknown") return yield undecided(asked.needs);
      yield fail(
        at(service, "metadata", "namespace"),
        `${service.name} asks for a sidecar, but ${home.why}, so it gets none`,
        howToFix(namespace, graph),
      );
    }
  },
});
