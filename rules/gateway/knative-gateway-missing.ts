import { otherIngress, ownKnativeGateways } from "../../src/mesh/gateway-scope.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { knativeGateways, knativeGatewaysOf } from "../../src/mesh/knative-gateways.ts";
import { missingGateways } from "../../src/mesh/missing-gateways.ts";
import { label } from "../../src/model/resource.ts";
import { formatVersion } from "../../src/model/version.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gateway/knative-gateway-missing",
  summary: "A Gateway that Knative gives its routes to does not exist.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.2"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/hack/update-manifests.sh",
    "knative-extensions/net-istio pkg/reconciler/ingress/config/istio.go",
  ],
  fix: "review",
  reads: [kinds.KnativeServing, kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    const servings = graph.own(kinds.KnativeServing);
    if (servings.length > 0) return servings;
    const [gateway] = ownKnativeGateways(graph);
    if (!gateway) return notApplicable("neither a KnativeServing nor its Gateways are in the set");
    // A finding is about an object of the set: here the Gateway that is there speaks for the one that is not.
    return graph.all(kinds.KnativeServing).length > 0
      ? [gateway]
      : undecided("the KnativeServing, which names the Gateways");
  },
  *check(resource, graph) {
    const isServing = resource.kind === kinds.KnativeServing;
    const used = isServing ? ingressClass(resource) : null;
    if (used?.state === "unknown") return yield undecided(used.needs);
    if (used && used.state !== "istio") return yield notApplicable(`${used.state} is its ingress`);
    const answer = isServing ? knativeGatewaysOf(graph, resource) : knativeGateways(graph);
    if (answer.state === "unknown") return yield undecided(answer.needs);
    const self = { resource, path: ["metadata", "name"] };
    const { missing, needs } = missingGateways(graph, answer.gateways, (gateway) =>
      used ? (gateway.at ?? used.at) : self,
    );
    for (const need of needs) yield undecided(need);
    for (const { place, gateways, meant: others } of missing) {
      const names = gateways.map(({ namespace, name }) => `Gateway ${namespace}/${name}`).join(" and ");
      const found = others.length > 0 ? `, but ${others.map(label).join(", ")} is` : "";
      const several = gateways.length > 1;
      const edition = formatVersion(graph.profile.serverless);
      yield fail(
        at(place.resource, ...place.path),
        `${names}, which Knative gives its routes to, ${several ? "are" : "is"} not there${found}`,
        {
          related: others.map((other) => ({ at: at(other, "metadata", "name"), message: "was this meant?" })),
          advice: `create ${names} as the documents of Serverless ${edition} have ${several ? "them" : "it"}, or correct the name`,
        },
      );
    }
  },
});
