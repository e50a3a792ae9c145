import { replaceScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { isOperatorName, ownedByOperator } from "../../src/mesh/owned-policies.ts";
import { at, defineRule, fail, remedy, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/peerauthentication-default-collides",
  summary: "A policy has the name of one that the operator of Service Mesh makes itself.",
  severity: "warning",
  category: "ownership",
  documentation: [integrations("1.4.2"), integrations("2.3")],
  upstream: [
    "maistra/istio-operator resources/helm/v2.5/mesh-config/templates/enable-mesh-mtls.yaml",
    "maistra/istio-operator resources/helm/v2.5/mesh-config/templates/enable-mesh-permissive.yaml",
  ],
  applies: "Service Mesh 2",
  fix: "review",
  reads: [kinds.PeerAuthentication, kinds.DestinationRule],
  subjects: (graph) => graph.own(kinds.PeerAuthentication, kinds.DestinationRule).filter(isOperatorName),
  *check(policy, graph) {
    const owned = ownedByOperator(graph, policy);
    if (owned.state === "no" || owned.state === "unknown") return yield unsettled(owned);
    const path = ["metadata", "name"];
    const title = "give it another name, or leave it out and set dataPlane.mtls of the control plane";
    yield fail(
      at(policy, ...path),
      `the operator makes ${policy.id.kind} ${policy.name} in ${meshName(owned.mesh)} itself and overwrites this one`,
      remedy(title, "review", replaceScalar(policy, path, `mesh-${policy.name}`)),
    );
  },
});
