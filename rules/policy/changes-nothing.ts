import { removeItem } from "../../src/fix/edits.ts";
import { admissionProblems } from "../../src/mesh/authorization/admission.ts";
import { coveredRules } from "../../src/mesh/authorization/coverage.ts";
import { homeMesh } from "../../src/mesh/authorization/settings.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { eventingNamespace, systemNamespaces } from "../../src/mesh/namespaces.ts";
import { tenantsOf } from "../../src/mesh/tenants.ts";
import { label } from "../../src/model/resource.ts";
import { coveringPolicy, podsWithoutProxy } from "../../src/simulate/policy-effect.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "policy/changes-nothing",
  summary:
    "An AuthorizationPolicy, or a rule of it, changes nothing: others cover it, or no proxy enforces it.",
  severity: "info",
  category: "hygiene",
  documentation: [integrations("2.3")],
  upstream: [
    "istio/istio pilot/pkg/model/authorization.go",
    "istio/istio pilot/pkg/security/authz/builder/builder.go",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects: (graph) => graph.own(kinds.AuthorizationPolicy),
  *check(policy, graph) {
    const { namespace } = policy;
    // The documented policies of tenants overlap there, and each has its part to name.
    if (namespace === servingNamespace || namespace === eventingNamespace)
      return yield notApplicable("judged with the tenants' policies");
    if (admissionProblems(policy).length > 0) return;
    for (const { rule, by } of coveredRules(policy)) {
      const path = ["spec", "rules", rule];
      const edits = removeItem(policy, path);
      const title = "remove the rule";
      yield fail(
        at(policy, ...path),
        `rule ${rule + 1} changes nothing: rule ${by + 1} of the same policy matches whatever it matches`,
        {
          related: [{ at: at(policy, "spec", "rules", by), message: "the rule that covers it" }],
          ...(edits === null ? { advice: title } : { fix: { title, safety: "review", edits } }),
        },
      );
    }
    if (namespace === null) return yield undecided("the namespace of the policy");
    const other = coveringPolicy(graph, policy);
    if (other !== null) {
      return yield fail(
        at(policy),
        `the policy changes nothing: ${label(other)} has the same action and matches whatever it matches, for the same pods`,
        {
          related: [{ at: at(other), message: "the policy that covers it" }],
          advice: "remove it, or narrow the other one if that is the one that says too much",
        },
      );
    }
    // Members that are missing and sidecars that are missing are findings of their own there.
    if (systemNamespaces(graph).has(namespace) || tenantsOf(graph, namespace).length > 0) return;
    const home = homeMesh(graph, namespace);
    if (home.state === "unknown") return yield undecided(home.needs);
    if (home.state === "out")
      return yield fail(at(policy), `no proxy enforces the policy: ${home.why}`, {
        advice: "make the namespace a member of the mesh, or remove the policy",
      });
    const [bare] = podsWithoutProxy(graph, policy);
    if (bare)
      yield fail(at(policy), `no proxy enforces the policy: ${bare.name} has no sidecar`, {
        ...(bare.pod && { related: [{ at: at(bare.pod.resource), message: "the workload" }] }),
        advice: "give the pods a sidecar, or remove the policy",
      });
  },
});
