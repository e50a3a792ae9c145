import { setValue } from "../../src/fix/edits.ts";
import { generatedPolicy } from "../../src/mesh/generated-policy.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { meshName, type Mesh } from "../../src/mesh/meshes.ts";
import { isolation } from "../../src/mesh/namespace-isolation.ts";
import { selectsAll } from "../../src/mesh/network-policies.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const why = (mesh: Mesh): string =>
  mesh.family === "ossm3"
    ? "Service Mesh 3 makes no NetworkPolicies of its own"
    : `the NetworkPolicies of mesh ${meshName(mesh)} are switched off`;

function* checkPolicy(policy: Resource, graph: Graph, mesh: Mesh): Generator<Judgement> {
  const { namespace } = policy;
  if (namespace === null) return yield undecided(`the namespace of NetworkPolicy ${policy.name}`);
  const others = graph
    .own(kinds.NetworkPolicy)
    .filter((other) => other.namespace === namespace && selectsAll(other));
  if (others[0] !== undefined && others[0].name !== policy.name)
    return yield notApplicable("another policy of the namespace is reported");
  const found = isolation(graph, namespace, mesh);
  if (found.state === "unknown" || found.state === "not-applicable") return yield unsettled(found);
  if (found.state === "admitted") return;
  yield fail(
    at(policy, "spec", "podSelector"),
    `this policy selects every pod of ${namespace}, and none admits calls of the mesh there: ${why(mesh)}`,
    {
      related: others.slice(1).map((other) => ({ at: at(other, "spec"), message: "isolates it as well" })),
      advice: `add a NetworkPolicy to ${namespace} that admits the mesh's gateway and members: what the documents print for monitoring admits nobody else`,
    },
  );
}

/** The policies that the Serverless operator makes where Istio is used, unless it is told not to. */
function* checkGenerated(operator: Resource, graph: Graph, mesh: Mesh): Generator<Judgement> {
  const generated = generatedPolicy(graph, operator);
  if (generated.state !== "found") return yield unsettled(generated);
  const { policy, namespace, optOut } = generated;
  const found = isolation(graph, namespace, mesh);
  if (found.state === "unknown" || found.state === "not-applicable") return yield unsettled(found);
  if (found.state === "admitted") return;
  const title = "keep the operator from generating NetworkPolicies";
  yield fail(
    at(operator, ...optOut),
    `the operator generates NetworkPolicy ${policy.name} in ${namespace}, and none admits calls of the mesh there: ${why(mesh)}`,
    remedy(title, "review", setValue(operator, optOut, "true")),
  );
}

export const rule = defineRule({
  id: "mesh/networkpolicy-isolates-namespace",
  summary: "NetworkPolicies of a namespace shut out the mesh's own traffic.",
  severity: "error",
  category: "networking",
  documentation: [integrations("1.5"), integrations("1.6")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/ingress.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/istio/eventingistio/istio.go",
    "maistra/istio-operator resources/helm/v2.5/mesh-config/templates/networkpolicy.yaml",
    "ReToCode/oss-ossm-3-integration README.md",
  ],
  fix: "review",
  reads: [kinds.NetworkPolicy, kinds.KnativeServing, kinds.KnativeEventing],
  subjects: (graph) => [
    ...graph.own(kinds.NetworkPolicy).filter(selectsAll),
    ...graph.own(kinds.KnativeServing, kinds.KnativeEventing),
  ],
  *check(resource, graph) {
    const found = serverlessMesh(graph);
    if (found.state !== "found") return yield unsettled(found);
    if (resource.kind === kinds.NetworkPolicy) yield* checkPolicy(resource, graph, found.mesh);
    else yield* checkGenerated(resource, graph, found.mesh);
  },
});
