import { annotation, annotationPlace } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { scraping, slipsOf } from "../../src/mesh/monitoring-policies.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, notApplicable, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const optOut = "serverless.openshift.io/disable-istio-net-policies-generation";

/** The operator writes its own policy under this name again and again. */
function* checkName(policy: Resource, graph: Graph): Generator<Judgement> {
  const own = graph
    .named(kinds.NetworkPolicy, policy.namespace, policy.name)
    .find(({ standing, namespace }) => standing === "derived" && namespace === policy.namespace);
  if (!own) return yield notApplicable("the operator makes no policy of this name");
  yield fail(
    at(policy, "metadata", "name"),
    `the operator makes ${label(policy)} itself, and overwrites this one`,
    { severity: "info", advice: "remove it" },
  );
}

export const rule = defineRule({
  id: "metrics/networkpolicy-missing",
  summary: "No NetworkPolicy lets cluster monitoring reach the pods of Knative Serving.",
  severity: "warning",
  varies: true,
  category: "networking",
  documentation: [integrations("1.5")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/ingress.go",
    "openshift-knative/serverless-operator openshift-knative-operator/cmd/operator/kodata/ingress/1.10/istio/1-net-istio-netpolicies-mesh.yaml",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "review",
  reads: [kinds.KnativeServing, kinds.NetworkPolicy],
  subjects: (graph) => [
    ...graph.own(kinds.KnativeServing),
    ...graph.own(kinds.NetworkPolicy).filter(({ namespace }) => namespace !== null),
  ],
  *check(resource, graph) {
    if (resource.kind === kinds.NetworkPolicy) return yield* checkName(resource, graph);
    const found = scraping(graph, resource);
    if (found.state === "not-applicable" || found.state === "unknown") return yield unsettled(found);
    // One that means to help and does not: metrics/networkpolicy-selector.
    if (found.state === "admitted" || slipsOf(graph, resource).length > 0) return;
    const namespace = resource.namespace ?? servingNamespace;
    const switched = annotation(resource, optOut).state !== "absent";
    const place = switched ? annotationPlace(resource, optOut).path : ["spec"];
    yield fail(
      at(resource, ...place),
      `the mesh lets only its members into ${namespace}, and no NetworkPolicy there admits openshift-monitoring`,
      {
        advice: switched
          ? `add a NetworkPolicy to ${namespace} that admits openshift-monitoring, or let the operator make it`
          : `add a NetworkPolicy to ${namespace} that admits openshift-monitoring`,
      },
    );
  },
});
