import { settingsFor } from "../../src/mesh/permission-coverage.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { isRefusal } from "../../src/mesh/refusals.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { isNamespaceWide } from "../../src/mesh/tenant-groups.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "tenant/root-namespace-policy",
  summary:
    "A policy of the mesh's root namespace applies to every pod of the mesh, the ingress gateway included.",
  severity: "warning",
  category: "availability",
  documentation: [integrations("2.3")],
  upstream: ["istio/istio pilot/pkg/model/authorization.go"],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = serverlessMesh(graph);
    if (found.state === "unknown") return undecided(found.needs);
    if (found.state === "found") return graph.own(kinds.AuthorizationPolicy);
    const open = graph.own(kinds.AuthorizationPolicy).some(({ namespace }) => namespace === "istio-system");
    return open ? undecided("the control plane, whose namespace is the root") : notApplicable(found.why);
  },
  *check(policy, graph) {
    const found = serverlessMesh(graph);
    if (found.state !== "found" || !isNamespaceWide(policy)) return;
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    const { rootNamespace } = settingsFor(graph, found.mesh.namespace ?? servingNamespace);
    if (policy.namespace !== rootNamespace) return;
    const effect = isRefusal(policy)
      ? "it refuses whatever no policy allows, all calls from outside at the ingress gateway too"
      : "callers from outside have no identity at the gateway, and it may refuse them";
    yield fail(
      at(policy, "metadata", "namespace"),
      `${policy.name} is in ${rootNamespace}, the root namespace of policies, without a selector, so that it is for every pod of the mesh: ${effect}`,
      { advice: "select the pods that are meant, or move it into the namespaces that are" },
    );
  },
});
