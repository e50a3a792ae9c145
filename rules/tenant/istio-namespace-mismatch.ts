import { replaceScalar } from "../../src/fix/edits.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { mistakenGateway } from "../../src/mesh/mistaken-gateway.ts";
import { gatewayNamespaces } from "../../src/mesh/namespaces.ts";
import { groupOf } from "../../src/mesh/tenant-groups.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const printed = " (the documents print istio-system, which is right only while they run there)";

export const rule = defineRule({
  id: "tenant/istio-namespace-mismatch",
  summary:
    "Policies let in calls from another namespace than the one in which the ingress gateway's pods run.",
  severity: "error",
  category: "availability",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/knative-istio-authz-chart values.yaml"],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    const gateways = gatewayNamespaces(graph);
    if (gateways.state === "unknown") return undecided(gateways.needs);
    return graph
      .own(kinds.AuthorizationPolicy)
      .filter(
        ({ namespace }) =>
          namespace === servingNamespace || (namespace !== null && groupOf(graph, namespace) !== undefined),
      );
  },
  *check(policy, graph) {
    const place = mistakenGateway(graph, policy);
    const gateways = gatewayNamespaces(graph);
    if (place === null || gateways.state === "unknown") return;
    const [actual = ""] = gateways.namespaces;
    const written = valueAt(policy.value, place.path);
    yield fail(
      at(policy, ...place.path),
      `${policy.name} takes calls from ${JSON.stringify(written)}, but the ingress gateway's pods run in ${gateways.namespaces.join(", ")}: calls from outside are refused${written === "istio-system" ? printed : ""}`,
      remedy(`write ${actual}`, "review", replaceScalar(policy, place.path, actual)),
    );
  },
});
