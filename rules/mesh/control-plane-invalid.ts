import { controlPlaneFlaws } from "../../src/mesh/control-plane-flaws.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, atKey, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/control-plane-invalid",
  summary: "A control plane that the webhook refuses, or that has no ingress gateway for Knative.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.2")],
  upstream: [
    "maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/controlplane.go",
    "maistra/istio-operator pkg/controller/versions/strategy_v2_5.go",
    "maistra/istio-operator pkg/controller/versions/util.go",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "none",
  reads: [kinds.ServiceMeshControlPlane],
  // Flaws of each text: the webhook refuses the one that is applied.
  candidates: "each",
  subjects: (graph) => graph.own(kinds.ServiceMeshControlPlane),
  *check(controlPlane, graph) {
    for (const flaw of controlPlaneFlaws(graph, controlPlane)) {
      if (flaw.state === "unknown") {
        yield undecided(flaw.needs);
        continue;
      }
      const { path, message, advice, related = [] } = flaw;
      yield fail(flaw.atKey ? atKey(controlPlane, ...path) : at(controlPlane, ...path), message, {
        advice,
        related: related.map((other) => ({
          at: at(other.resource, "metadata", "name"),
          message: other.message,
        })),
      });
    }
  },
});
