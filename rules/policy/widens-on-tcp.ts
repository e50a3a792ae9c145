import { admissionProblems } from "../../src/mesh/authorization/admission.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { hasSelector, policyEndpoints } from "../../src/simulate/policy-endpoints.ts";
import { rulesWidenedOnTcp } from "../../src/simulate/policy-ports.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "policy/widens-on-tcp",
  summary: "A DENY rule with fields of HTTP denies more than it says, since a port that it covers is TCP.",
  severity: "warning",
  category: "availability",
  documentation: [integrations("2.3")],
  upstream: [
    "istio/istio pilot/pkg/security/authz/model/model.go",
    "istio/istio pkg/config/validation/validation.go",
    "istio/istio pkg/config/kube/conversion.go",
  ],
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  subjects: (graph) => graph.own(kinds.AuthorizationPolicy),
  *check(policy, graph) {
    if (admissionProblems(policy).length > 0) return;
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    if (hasSelector(policy) && policyEndpoints(graph, policy).open.length > 0) {
      return yield undecided("the labels of the pods that it selects");
    }
    for (const { rule, field, ports } of rulesWidenedOnTcp(graph, policy)) {
      const [{ endpoint, target, service, named }] = ports;
      const why = named ? "has the name of a TCP port" : "has a name without a protocol, which makes it TCP";
      yield fail(
        at(policy, "spec", "rules", rule),
        `on port ${target} of ${endpoint.name} the rule denies every connection that its other fields match: ${field.written} is about HTTP, and the port is TCP`,
        {
          related: [{ at: at(service, "spec", "ports"), message: `the port ${why}` }],
          advice:
            "name the ports of HTTP in the rule's operations, or the Service's port http-… if it speaks HTTP",
        },
      );
    }
  },
});
