import { anchor, isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { refusedByDefault } from "../../src/mesh/refusals.ts";
import { shortfall } from "../../src/mesh/shortfalls.ts";
import { systemRequirements } from "../../src/mesh/tenant-requirements.ts";
import { isMistakenGateway } from "../../src/mesh/mistaken-gateway.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "tenant/system-policy-missing",
  summary:
    "Knative's own components are refused by policies, because none of them lets them reach each other.",
  severity: "error",
  category: "availability",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_resources/authorization-policies/setup",
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/authorization-policies/setup",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    return found.state === "no" ? notApplicable(found.why) : null;
  },
  *check(graph) {
    for (const requirement of systemRequirements(graph)) {
      const { permission, policy, what } = requirement;
      if (refusedByDefault(graph, permission.namespace).state !== "yes") continue;
      const found = shortfall(graph, { requirement, tenant: [] });
      if (found.state === "unknown") yield undecided(found.needs);
      if (found.state !== "lacking") continue;
      if (found.extent === "gateway" && found.near && isMistakenGateway(graph, found.near.policy)) continue;
      if (found.near) {
        yield fail(
          at(found.near.policy, ...found.near.path),
          `${found.near.policy.name} does not let in what it has to: ${what}`,
          {
            advice: `write the policy as the documents have it, so that ${what}`,
            ...(found.near.path.includes("selector") ? { explains: ["spec"] } : {}),
          },
        );
        continue;
      }
      const place = anchor(graph, null, permission.namespace);
      if (place === null) continue;
      yield fail(
        at(place.resource, ...place.path),
        `everything that no policy allows is refused in ${permission.namespace}, and none says that ${what} (${policy} in the documents)`,
        { advice: `add AuthorizationPolicy ${permission.namespace}/${policy}` },
      );
    }
  },
});
