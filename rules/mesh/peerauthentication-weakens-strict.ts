import { readText } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { plainKnativeTls } from "../../src/mesh/knative-hosts.ts";
import type { Mesh } from "../../src/mesh/meshes.ts";
import {
  isAcceptedAutoscaler,
  meshConcerned,
  plainPorts,
  portsWithoutSelector,
  standing,
  takesPlain,
} from "../../src/mesh/peer-authentications.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, atKey, defineRule, fail, notApplicable, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkPorts(policy: Resource, graph: Graph): Generator<Judgement> {
  const unselected = portsWithoutSelector(policy);
  if (unselected)
    return yield fail(
      atKey(policy, ...unselected),
      "portLevelMtls needs a selector with matchLabels, and Istio refuses it without",
      { advice: "name the pods that the ports belong to" },
    );
  for (const { port, path, takesRequests } of plainPorts(graph, policy))
    yield takesRequests
      ? fail(at(policy, ...path), `requests to Knative arrive at port ${port}, which takes plain callers`, {
          advice: "leave the port out",
        })
      : fail(at(policy, ...path), `port ${port} takes callers without a certificate in a strict mesh`, {
          severity: "info",
          advice: "make sure that nothing but metrics is served there",
        });
}

function* checkPolicy(policy: Resource, graph: Graph, mesh: Mesh): Generator<Judgement> {
  const path = ["spec", "mtls", "mode"];
  const mode = readText(policy, path);
  if (mode.state === "unknown") yield undecided(mode.why);
  yield* checkPorts(policy, graph);
  if (mode.state !== "value" || !takesPlain(mode.value) || isAcceptedAutoscaler(policy, mesh, mode.value))
    return;
  yield fail(
    at(policy, ...path),
    `mode ${mode.value} lets in callers without a certificate, where the mesh of Serverless has to be strict`,
    { advice: "use STRICT, or leave the mode to the mesh" },
  );
}

function* checkDestination(rule: Resource, graph: Graph): Generator<Judgement> {
  const found = plainKnativeTls(graph, rule);
  if (found.state === "unknown") return yield undecided(found.needs);
  const what = found.host === "name" ? "belongs to Knative" : "covers hosts of Knative";
  for (const { path, mode } of found.places)
    yield fail(
      at(rule, ...path),
      `"${found.written}" ${what}, and mode ${mode} makes sidecars call it without a certificate of the mesh`,
      { advice: "use ISTIO_MUTUAL, or narrow the host" },
    );
}

export const rule = defineRule({
  id: "mesh/peerauthentication-weakens-strict",
  summary: "A policy or DestinationRule takes mutual TLS away from Knative's pods in a strict mesh.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [integrations("1"), integrations("2.3")],
  upstream: [
    "istio/istio pkg/config/validation/validation.go",
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/07b_autoscaler_peer_authentication.yaml",
    "openshift-knative/serverless-operator hack/lib/mesh_resources/destination-rules.yaml",
    "knative-extensions/net-istio config/400-webhook-peer-authentication.yaml",
  ],
  applies: "Serverless >= 1.31, Service Mesh 2 and 3",
  documentedFrom: "1.31",
  fix: "none",
  reads: [kinds.PeerAuthentication, kinds.DestinationRule],
  subjects: (graph) =>
    holds(facts.strictMesh, graph.profile)
      ? graph.own(kinds.PeerAuthentication, kinds.DestinationRule)
      : notApplicable("not asked for before Serverless 1.31"),
  *check(resource, graph) {
    const found = meshConcerned(graph, resource);
    if (found.state !== "found") return yield unsettled(found);
    const { mesh } = found;
    const said =
      resource.kind === kinds.PeerAuthentication
        ? [...checkPolicy(resource, graph, mesh)]
        : [...checkDestination(resource, graph)];
    const home = said.length > 0 ? standing(graph, resource, mesh) : null;
    if (home) return yield unsettled(home);
    yield* said;
  },
});
