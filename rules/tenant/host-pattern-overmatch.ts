import { replaceScalar } from "../../src/fix/edits.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ownTenantPolicies } from "../../src/mesh/tenant-groups.ts";
import { blankValues, mayOvermatch, overmatches } from "../../src/mesh/tenant-hosts.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "tenant/host-pattern-overmatch",
  summary: "The host patterns of a tenant cover other hosts as well, or have blanks in them.",
  severity: "warning",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: ["openshift-knative/knative-istio-authz-chart templates"],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    return found.state === "no" ? notApplicable(found.why) : ownTenantPolicies(graph);
  },
  *check(policy, graph) {
    for (const { namespace, path, covered } of overmatches(graph, policy))
      yield fail(
        at(policy, ...path),
        `"*.${namespace}" is meant for namespace ${namespace}, and covers ${covered}`,
        { advice: "give the tenant a namespace of another name" },
      );
    for (const { text, path, field } of blankValues(policy)) {
      const right = text.replaceAll(/\s/g, "");
      yield fail(
        at(policy, ...path),
        `${JSON.stringify(text)} in ${field} has a blank, and matches nothing (the chart's README prints its list of namespaces so)`,
        {
          ...remedy(`write ${JSON.stringify(right)}`, "review", replaceScalar(policy, path, right)),
          explains: path,
        },
      );
    }
    if (mayOvermatch(graph, policy)) yield undecided("the domain of the cluster's routes");
  },
});
