import { kinds } from "../../src/mesh/kinds.ts";
import { classPolicies } from "../../src/mesh/peerpods/class-policies.ts";
import { peerPodResources, podKinds, runtimeClassOf } from "../../src/mesh/peerpods/runtime-classes.ts";
import { peerPodsState } from "../../src/mesh/peerpods/settings.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "peerpods/namespace-policy-missing",
  summary: "No policy of the cluster says which namespaces may use peer pods.",
  severity: "info",
  category: "policy",
  documentation: [peerPods("3.1.1")],
  upstream: ["openshift/sandboxed-containers-operator config/samples/gatekeeper/"],
  fix: "none",
  reads: [kinds.KataConfig, ...podKinds],
  subjects(graph) {
    const enabled = peerPodsState(graph);
    const own = enabled.state === "enabled" && enabled.at.resource.standing === "own";
    // The first object that uses peer pods speaks for all of them.
    return own ? [enabled.at.resource] : peerPodResources(graph).slice(0, 1);
  },
  *check(resource, graph) {
    const policies = classPolicies(graph);
    if (policies.some((policy) => policy.denies)) return;
    const [lenient] = policies;
    if (!lenient && !graph.owns("peerpods") && !graph.owns("admission"))
      return yield undecided("the policies of the cluster");
    const [pod] = graph.podsOf(resource);
    const path = pod ? [...pod.specPath, "runtimeClassName"] : ["spec", "enablePeerPods"];
    const shown = pod && runtimeClassOf(pod).state === "value" ? "uses peer pods" : "enables peer pods";
    yield fail(
      at(resource, ...path),
      lenient
        ? `${label(resource)} ${shown}, and ${label(lenient.policy)}, which looks at runtime classes, turns no pod away`
        : `${label(resource)} ${shown}, and no policy of the cluster limits their runtime class to named namespaces`,
      {
        advice:
          "add a ValidatingAdmissionPolicy, Gatekeeper constraint or Kyverno policy for runtimeClassName",
        ...(lenient && { related: [{ at: at(lenient.policy), message: "the policy that only warns" }] }),
      },
    );
  },
});
