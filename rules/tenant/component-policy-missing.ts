import { anchor, isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { lacksJobSink } from "../../src/mesh/older-chart.ts";
import { shortfall } from "../../src/mesh/shortfalls.ts";
import { jobSink } from "../../src/mesh/tenant-policies.ts";
import { componentRequirements } from "../../src/mesh/tenant-requirements.ts";
import { formatPath } from "../../src/model/value.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "tenant/component-policy-missing",
  summary: "A tenant may not use a component of Knative that it shares with the others.",
  severity: "error",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/knative-istio-authz-chart templates"],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    return found.state === "no" ? notApplicable(found.why) : null;
  },
  *check(graph) {
    const isolated = isolation(graph);
    if (isolated.state === "no") return;
    for (const group of isolated.tenants) {
      const said = new Set<string>();
      for (const requirement of componentRequirements(graph, group)) {
        const found = shortfall(graph, { requirement, tenant: group.namespaces });
        if (found.state === "unknown") yield undecided(found.needs);
        if (found.state !== "lacking" || found.extent === "namespaces") continue;
        const { policy, what, permission } = requirement;
        if (permission.component === jobSink.component && lacksJobSink(graph, group)) continue;
        const advice = `let the tenant's policies be written anew: meshlint new tenant ${group.name}`;
        if (found.near) {
          const { near } = found;
          const place = `${near.policy.name} ${formatPath(near.path)}`;
          if (said.has(place)) continue;
          said.add(place);
          yield fail(
            at(near.policy, ...near.path),
            `${near.policy.name} does not let in what it has to for tenant ${group.name}: ${what}`,
            { advice, ...(near.path.includes("selector") ? { explains: ["spec"] } : {}) },
          );
          continue;
        }
        // One policy has the rules for the tenant's own calls and for events.
        const place = said.has(policy) ? null : anchor(graph, group);
        said.add(policy);
        if (place === null) continue;
        yield fail(
          at(place.resource, ...place.path),
          `tenant ${group.name} has no policy in ${permission.namespace} by which ${what} (${policy} in the documents)`,
          { advice },
        );
      }
    }
  },
});
