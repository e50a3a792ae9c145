import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { kourierMesh, kourierNamespace } from "../../src/mesh/kourier.ts";
import { admitsNamespace, routerNamespace } from "../../src/mesh/kourier-network.ts";
import { labelsOf } from "../../src/mesh/label-match.ts";
import { membership } from "../../src/mesh/membership.ts";
import type { Mesh } from "../../src/mesh/meshes.ts";
import { managesNetworkPolicies } from "../../src/mesh/network-policies.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const gateway = {
  namespace: kourierNamespace,
  pods: labelsOf({ app: "3scale-kourier-gateway" }),
  port: 8080,
};
const activator = {
  namespace: servingNamespace,
  pods: labelsOf({ app: "activator", role: "activator", "app.kubernetes.io/component": "activator" }),
  port: 8012,
};

function* checkMember(
  graph: Graph,
  resource: Resource,
  mesh: Mesh,
  to: typeof gateway,
  caller: string,
): Generator<Judgement> {
  const home = membership(graph, to.namespace, mesh);
  if (home.state === "unknown") return yield undecided(home.needs);
  if (home.state !== "member" || home.at?.resource !== resource) return;
  const managed = managesNetworkPolicies(graph, mesh);
  if (managed.state === "unknown") return yield undecided(managed.why);
  if (managed.state === "value" && !managed.value) return;
  const admitted = admitsNamespace(graph, to, caller);
  if (admitted === "unknown")
    return yield undecided(`whether the NetworkPolicies of ${to.namespace} admit ${caller}`);
  if (admitted === "yes") return;
  const effect =
    caller === routerNamespace
      ? `the router in ${caller} no longer reaches Kourier's gateway`
      : `Kourier in ${caller} no longer reaches the activator`;
  yield fail(
    at(resource, ...home.at.path),
    `${to.namespace} is a member of the mesh while Kourier is the ingress: the mesh's NetworkPolicies let only members in, and ${effect}`,
    { advice: "list only the namespaces of applications" },
  );
}

export const rule = defineRule({
  id: "kourier/system-namespace-member",
  summary:
    "A namespace of Serverless is a member of the mesh while Kourier is the ingress, and is shut off by that.",
  severity: "warning",
  category: "membership",
  documentation: [integrations("1.6")],
  upstream: ["maistra/istio-operator resources/helm/v2.5/mesh-config/templates/networkpolicy.yaml"],
  applies: "Service Mesh 1 and 2",
  fix: "none",
  reads: [kinds.ServiceMeshMemberRoll, kinds.ServiceMeshMember],
  subjects(graph) {
    const active = kourierMesh(graph);
    if (active.state === "none" || active.state === "unknown") return unsettled(active);
    return graph.own(kinds.ServiceMeshMemberRoll, kinds.ServiceMeshMember);
  },
  *check(resource, graph) {
    const active = kourierMesh(graph);
    const meshes = new Set(active.state === "active" ? active.namespaces.map(({ mesh }) => mesh) : []);
    for (const mesh of meshes) {
      yield* checkMember(graph, resource, mesh, gateway, routerNamespace);
      // Members reach one another: the activator is shut off only if Kourier is outside.
      if (membership(graph, kourierNamespace, mesh).state === "not-member")
        yield* checkMember(graph, resource, mesh, activator, kourierNamespace);
    }
  },
});
