import { setValue } from "../../src/fix/edits.ts";
import { isIngressOff } from "../../src/mesh/control-plane-flaws.ts";
import { controlPlaneOf } from "../../src/mesh/control-planes.ts";
import { read, valueOr } from "../../src/mesh/field.ts";
import { allReach, gatewayWorkloads } from "../../src/mesh/gateway-workloads.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ingressGateways, localGateways } from "../../src/mesh/knative-gateways.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import { isAssumed } from "../../src/model/profile.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["spec", "gateways", "ingress", "service", "metadata", "labels", "knative"] as const;
const wanted = "ingressgateway";

const selectsLabel = (gateway: Resource): boolean =>
  valueOr(read(gateway, ["spec", "selector", "knative"]), null) === wanted;

export const rule = defineRule({
  id: "mesh/ingress-knative-label-missing",
  summary: "The ingress gateway lacks the label that Knative's Gateways select.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: ["maistra/istio-operator pkg/apis/maistra/conversion/gateways.go"],
  applies: "Serverless >= 1.31, Service Mesh 2",
  fix: "safe",
  reads: [kinds.ServiceMeshControlPlane],
  subjects: (graph) => graph.own(kinds.ServiceMeshControlPlane),
  *check(smcp, graph) {
    const serves = isServerlessMesh(graph, smcp);
    if (serves === "unknown") return yield undecided("the member roll that lists knative-serving");
    if (serves === "no" || controlPlaneOf(graph, smcp)?.family !== "ossm2")
      return yield notApplicable(`${label(smcp)} is not a Service Mesh 2 that Serverless uses`);

    if (isIngressOff(graph, smcp))
      return yield notApplicable("the ingress gateway is switched off, which is reported");
    const workloads = gatewayWorkloads(graph).filter(
      ({ controlPlane }) => controlPlane === null || controlPlane === smcp,
    );
    if (workloads.some(({ labels }) => labels.entries.get("knative") === wanted)) return;
    const open = read(smcp, path);
    if (open.state === "unknown") return yield undecided(open.why);
    if (workloads.some(({ labels }) => !labels.complete))
      return yield undecided("the profile of the control plane");

    const gateways = [...ingressGateways(graph), ...localGateways(graph)];
    const selecting = gateways.filter(selectsLabel);
    const documented =
      holds(facts.mutualLocalGateway, graph.profile) && !isAssumed(graph.profile, "serverless");
    const flows = allReach(graph, gateways, workloads);
    if ((selecting.length === 0 || flows) && !documented)
      return yield notApplicable("no Gateway of Knative needs the label, and no version asks for it");

    const consequence = flows
      ? "Knative's Gateways serve every ingress gateway instead"
      : "its Gateways select no pods";
    yield fail(
      at(smcp, ...path),
      `the ingress gateway lacks the label "knative: ${wanted}": ${consequence}`,
      {
        ...(flows && { severity: "warning" as const }),
        related: (selecting.length > 0 && !flows ? selecting : gateways).map((gateway) => ({
          at: at(gateway, "spec", "selector"),
          message: `${label(gateway)} selects here`,
        })),
        ...remedy(`add the label knative: ${wanted}`, "safe", setValue(smcp, path, wanted)),
      },
    );
  },
});
