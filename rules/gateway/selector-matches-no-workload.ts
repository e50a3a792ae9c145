import { readMap } from "../../src/mesh/field.ts";
import { otherIngress, ownKnativeGateways } from "../../src/mesh/gateway-scope.ts";
import { gatewayWorkloads, workloadsOf } from "../../src/mesh/gateway-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { isToldForSail } from "../../src/mesh/sail-gateways.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { label } from "../../src/model/resource.ts";
import { plainText } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gateway/selector-matches-no-workload",
  summary: "The selector of a Gateway of Knative is empty or picks no ingress gateway.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: [
    "istio/istio pkg/config/analysis/analyzers/gateway/gateway.go",
    "istio/istio pkg/config/analysis/analyzers/gateway/conflictinggateway.go",
  ],
  fix: "none",
  reads: [kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    return other === null ? ownKnativeGateways(graph) : notApplicable(other);
  },
  *check(gateway, graph) {
    const path = ["spec", "selector"];
    const selector = readMap(gateway, path);
    if (selector.state === "unknown") return yield undecided(selector.why);
    const entries = selector.state === "value" ? Object.entries(selector.value) : [];
    if (entries.length === 0) {
      return yield fail(
        at(gateway, ...path),
        `${label(gateway)} has no selector: every ingress gateway of the mesh opens its ports`,
        { advice: "select the pods of one ingress gateway by their label" },
      );
    }
    if (isToldForSail(graph, gateway))
      return yield notApplicable("Service Mesh 3 brings no gateway, which is reported");
    const picked = workloadsOf(graph, gateway);
    if (picked.state === "unknown") return yield undecided(picked.needs);
    if (picked.workloads.length > 0) return;
    const mesh = serverlessMesh(graph);
    // A roll tells of a control plane that is not at hand, and so are its gateways.
    const outside = (mesh.state === "found" ? mesh.all : []).find(
      (found) => found.because === "member" && found.mesh.controlPlanes.length === 0,
    );
    if (outside)
      return yield undecided(`the control plane in ${meshName(outside.mesh)}, which makes its gateways`);

    const shown = entries.map(([name, text]) => `${name}: ${plainText(text)}`).join(", ");
    const others = gatewayWorkloads(graph);
    yield fail(
      at(gateway, ...path),
      `no ingress gateway has the labels that ${label(gateway)} selects (${shown})`,
      {
        related: others.map(({ resource, labels, pod }) => ({
          at: at(resource, ...pod.metadata, "labels"),
          message: `Deployment ${resource.name} has ${[...labels.entries].map((entry) => entry.join(": ")).join(", ")}`,
        })),
        advice: "select a label that the pods of the ingress gateway have",
      },
    );
  },
});
