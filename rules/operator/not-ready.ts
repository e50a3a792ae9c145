import { controlPlaneKinds, istioCniKinds, kinds, operatorKinds } from "../../src/mesh/kinds.ts";
import { readiness } from "../../src/mesh/operator-readiness.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const installed = [
  ...operatorKinds,
  ...controlPlaneKinds,
  ...istioCniKinds,
  kinds.ServiceMeshMemberRoll,
  kinds.ServiceMeshMember,
] as const;

export const rule = defineRule({
  id: "operator/not-ready",
  summary: "The operator of a resource is not ready on the cluster, and the set does not install it.",
  severity: "error",
  category: "ordering",
  documentation: [integrations("1.1")],
  fix: "none",
  live: true,
  reads: [...installed],
  subjects: (graph) => graph.own(...installed),
  *check(resource, graph) {
    const found = readiness(graph, resource);
    if (found.state === "unknown") return yield undecided(found.needs);
    if (found.state === "not-ready")
      yield fail(at(resource), `${found.why}, and nothing in the set installs it first`, {
        advice: "install the operator, and wait until it has succeeded",
      });
  },
});
