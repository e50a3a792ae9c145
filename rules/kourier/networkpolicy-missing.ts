import { kinds } from "../../src/mesh/kinds.ts";
import { callerNamespaces, kourierMesh } from "../../src/mesh/kourier.ts";
import { admitsKourier, nearMisses } from "../../src/mesh/kourier-network.ts";
import { valueOr } from "../../src/mesh/field.ts";
import { managesNetworkPolicies } from "../../src/mesh/network-policies.ts";
import { meshName } from "../../src/mesh/meshes.ts";
import { at, defineRule, fail, notApplicable, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "kourier/networkpolicy-missing",
  summary: "No NetworkPolicy lets Kourier and the activator into a member namespace with Knative Services.",
  severity: "error",
  category: "networking",
  documentation: [integrations("1.6"), oldestIntegrations("1.5")],
  upstream: [
    "openshift-knative/serverless-operator docs/service-mesh/serving/mesh.md",
    "maistra/istio-operator resources/helm/v2.5/mesh-config/templates/networkpolicy.yaml",
  ],
  fix: "review",
  reads: [kinds.KnativeService],
  subjects(graph) {
    const active = kourierMesh(graph);
    if (active.state === "none" || active.state === "unknown") return unsettled(active);
    // The namespace's first service speaks for all of them.
    return active.namespaces.flatMap(({ services }) =>
      services.filter(({ standing }) => standing === "own").slice(0, 1),
    );
  },
  *check(service, graph) {
    const active = kourierMesh(graph);
    const homes = active.state === "active" ? active.namespaces : [];
    for (const home of homes.filter(({ services }) => services.includes(service))) {
      const admitted = admitsKourier(graph, home);
      if (admitted === "yes") continue;
      if (
        admitted === "unknown" ||
        graph.fragments(kinds.NetworkPolicy).some(({ form }) => form === "patch")
      ) {
        yield undecided(`whether the NetworkPolicies of ${home.namespace} admit Kourier`);
        continue;
      }
      if (nearMisses(graph, home).length > 0) {
        yield notApplicable("a policy that means to admit Kourier is reported");
        continue;
      }
      const policies = graph.own(kinds.NetworkPolicy);
      if (!graph.owns("serverless") && !policies.some(({ namespace }) => namespace === home.namespace)) {
        yield undecided(`the NetworkPolicies of ${home.namespace}, which may be kept elsewhere`);
        continue;
      }
      yield fail(
        at(service, "metadata", "namespace"),
        `no NetworkPolicy of ${home.namespace} admits both ${callerNamespaces.join(" and ")}, and ${valueOr(managesNetworkPolicies(graph, home.mesh), true) ? `those of mesh ${meshName(home.mesh)} let only its members in` : "another one isolates its pods"}`,
        { advice: `add a NetworkPolicy to ${home.namespace} that admits the namespaces of Serverless` },
      );
    }
  },
});
