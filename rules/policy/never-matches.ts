import { admissionProblems } from "../../src/mesh/authorization/admission.ts";
import { deadValues } from "../../src/mesh/authorization/dead-values.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Path } from "../../src/model/value.ts";
import type { Resource } from "../../src/model/resource.ts";
import { replaceScalar } from "../../src/fix/edits.ts";
import { knownSettings } from "../../src/simulate/policy-endpoints.ts";
import { deadPorts, rulesDroppedOnTcp } from "../../src/simulate/policy-ports.ts";
import { at, defineRule, fail, type Problem, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Who is let in, and who is kept out, is for a person to say again. */
function change(policy: Resource, path: Path, better: string | null): Pick<Problem, "fix" | "advice"> {
  if (better === null) return { advice: "write a value that requests can have" };
  const title = `write ${JSON.stringify(better)}`;
  const edits = replaceScalar(policy, path, better);
  return edits === null ? { advice: title } : { fix: { title, safety: "review", edits } };
}

export const rule = defineRule({
  id: "policy/never-matches",
  summary: "A value or rule of an AuthorizationPolicy matches no request that can arrive.",
  severity: "warning",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: [
    "istio/istio pilot/pkg/security/authz/model/generator.go",
    "istio/istio pilot/pkg/security/authz/model/model.go",
    "istio/istio pilot/pkg/security/authz/matcher/string.go",
    "istio/istio pilot/pkg/security/trustdomain/bundle.go",
    "knative/serving pkg/reconciler/serverlessservice/resources/services.go",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects: (graph) => graph.own(kinds.AuthorizationPolicy),
  *check(policy, graph) {
    if (admissionProblems(policy).length > 0) return;
    for (const { field, text, path, why, better } of deadValues(policy, knownSettings(graph, policy))) {
      const effect = field.negated ? ", so that it leaves out nothing" : "";
      yield fail(
        at(policy, ...path),
        `${JSON.stringify(text)} in ${field.written} never matches${effect}: ${why}`,
        change(policy, path, better),
      );
    }
    if (policy.namespace === null) return yield undecided("the namespace of the policy");
    for (const { field, text, path, served } of deadPorts(graph, policy)) {
      yield fail(
        at(policy, ...path),
        `port ${text} in ${field.written} never matches: policies see the port of the pod, and behind ${served.by} that is ${served.target}`,
        change(policy, path, String(served.target)),
      );
    }
    for (const { rule, field, ports } of rulesDroppedOnTcp(graph, policy)) {
      const [{ target, service, named }] = ports;
      const why = named ? "has the name of a TCP port" : "has a name without a protocol, which makes it TCP";
      yield fail(
        at(policy, "spec", "rules", rule),
        `the rule matches nothing: ${field.written} is about HTTP, and port ${target} of the pods is TCP`,
        {
          related: [{ at: at(service, "spec", "ports"), message: `the port ${why}` }],
          advice: `name the port http-… if it speaks HTTP, or allow it by ports and sources alone`,
        },
      );
    }
  },
});
