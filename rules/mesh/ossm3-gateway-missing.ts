import { istioKinds, kinds } from "../../src/mesh/kinds.ts";
import { sailGateways } from "../../src/mesh/sail-gateways.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { isMapping, type Path, plainText, valueAt } from "../../src/model/value.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function selected(gateway: Resource): string {
  const selector = valueAt(gateway.value, ["spec", "selector"]);
  const entries = isMapping(selector) ? Object.entries(selector) : [];
  return entries.map(([name, text]) => `${name}: ${plainText(text)}`).join(", ");
}

/** Where a problem stands: at what asks for the missing object, or else at an object of the set that needs it. */
function placeFor(
  graph: Graph,
  candidates: readonly { readonly resource: Resource; readonly path: Path }[],
): { readonly resource: Resource; readonly path: Path } | undefined {
  const speakers = graph
    .own(kinds.KnativeServing, kinds.Gateway, ...istioKinds)
    .map((resource) => ({ resource, path: ["metadata", "name"] }));
  return [...candidates, ...speakers].find(({ resource }) => resource.standing === "own");
}

export const rule = defineSetRule({
  id: "mesh/ossm3-gateway-missing",
  summary: "Service Mesh 3 brings no ingress gateway, and the one that Knative needs is not there.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/05_gateway_deploy.yaml",
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/06_serving_gateways.yaml",
  ],
  applies: "Service Mesh 3",
  fix: "review",
  reads: [...istioKinds, kinds.Gateway, kinds.KnativeServing],
  *check(graph) {
    const found = sailGateways(graph);
    if (found.state === "not-applicable") return yield notApplicable(found.why);
    for (const needs of found.needs) yield undecided(needs);
    const { withoutPods, withoutService } = found;
    const [first] = withoutPods;
    if (first) {
      const asking = withoutPods.map((resource) => ({ resource, path: ["spec", "selector"] }));
      const place = placeFor(graph, asking);
      if (place)
        yield fail(
          at(place.resource, ...place.path),
          `no gateway Deployment has the labels that ${withoutPods.map(label).join(" and ")} ${withoutPods.length === 1 ? "selects" : "select"} (${selected(first)}), and Service Mesh 3 brings none`,
          {
            advice:
              "add a Deployment with the annotation inject.istio.io/templates: gateway and these labels, and the two Services in front of it",
          },
        );
    }
    for (const { wanted, gateway } of withoutService) {
      const asking = [
        ...(gateway.at ? [gateway.at] : []),
        ...gateway.resources.map((resource) => ({ resource, path: ["metadata", "name"] })),
      ];
      const place = placeFor(graph, asking);
      if (place)
        yield fail(
          at(place.resource, ...place.path),
          `${wanted}, through which requests reach Gateway ${gateway.namespace}/${gateway.name}, is not there, and Service Mesh 3 brings none`,
          { advice: "add the Service beside the gateway's Deployment, and select its pods" },
        );
    }
  },
});
