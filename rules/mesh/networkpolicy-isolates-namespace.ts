import { setValue } from "../../src/fix/edits.ts";
import { annotation, annotationPlace } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { meshName, type Mesh } from "../../src/mesh/meshes.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { isolation } from "../../src/mesh/namespace-isolation.ts";
import { selectsAll } from "../../src/mesh/network-policies.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const optOut = "serverless.openshift.io/disable-istio-net-policies-generation";

/** Why a namespace needs no finding; null: its pods refuse the calls of the mesh. */
function excuse(graph: Graph, namespace: string, mesh: Mesh): readonly Judgement[] | null {
  const found = isolation(graph, namespace, mesh);
  if (found.state === "unknown") return [undecided(found.needs)];
  if (found.state === "not-applicable") return [notApplicable(found.why)];
  return found.state === "admitted" ? [] : null;
}

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
  const excused = excuse(graph, namespace, mesh);
  if (excused) return yield* excused;
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
  const namespace =
    operator.namespace ?? (operator.kind === kinds.KnativeServing ? servingNamespace : eventingNamespace);
  if (!holds(facts.generatedNetworkPolicies, graph.profile))
    return yield notApplicable("the operator generates them from Serverless 1.32 on");
  const switched = annotation(operator, optOut);
  if (switched.state === "unknown") return yield undecided(switched.why);
  const policy = graph
    .all(kinds.NetworkPolicy)
    .find(({ origin }) => origin.from === "derived" && origin.parent === operator);
  if (!policy) return yield notApplicable("the operator generates no NetworkPolicy for it");
  const excused = excuse(graph, namespace, mesh);
  if (excused) return yield* excused;
  const place = annotationPlace(operator, optOut).path;
  const edits = setValue(operator, place, "true");
  const title = "keep the operator from generating NetworkPolicies";
  yield fail(
    at(operator, ...place),
    `the operator generates NetworkPolicy ${policy.name} in ${namespace}, and none admits calls of the mesh there: ${why(mesh)}`,
    remedy(title, "review", edits),
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
    if (found.state === "none") return yield notApplicable(found.why);
    if (found.state === "unknown") return yield undecided(found.needs);
    if (resource.kind === kinds.NetworkPolicy) yield* checkPolicy(resource, graph, found.mesh);
    else yield* checkGenerated(resource, graph, found.mesh);
  },
});
