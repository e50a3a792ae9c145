import { admissionProblems } from "../../src/mesh/authorization/admission.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** What to do about a problem, by what its clause begins with or holds. */
const advices: readonly (readonly [RegExp, string])[] = [
  [/only one of them may be set$/, "keep one of them"],
  [/wildcard in the selector$/, "name the labels of the pods in full"],
  [/needs rules$/, "write the rules, or remove the policy"],
  [/needs a provider$/, "name an extension provider of the mesh"],
  [/^a provider with/, "remove the provider, or use action CUSTOM"],
  [/^dry-run/, "remove the annotation: only ALLOW and DENY have a dry run"],
  [/^an empty (?:source|operation|list)/, "fill it in, or leave it out: a rule without it means any"],
  [/^an empty value/, "remove the empty text"],
  [/is no port$/, "write a number from 1 to 65535, or leave out ports for all of them"],
  [/is no IP address or CIDR block$/, "write an address or a block such as 10.0.0.0/8"],
  [
    /is no valid path template$/,
    "let {*} and {**} fill whole segments, {**} last, without other braces or stars",
  ],
  [/has no values$/, "add values or notValues"],
  [/^no attribute/, "use an attribute of Istio's conditions, such as request.headers[NAME]"],
  [/^a condition without key$/, "name the attribute"],
  [/^serviceAccounts beside/, "write them in a source of its own"],
  [/in a CUSTOM policy$/, "leave it to a policy with action ALLOW or DENY"],
];

export const rule = defineRule({
  id: "policy/refused",
  summary: "An AuthorizationPolicy has a form that Istio's webhook refuses, so that it never comes to exist.",
  severity: "error",
  category: "schema",
  documentation: [integrations("2.3")],
  upstream: [
    "istio/istio pkg/config/validation/validation.go",
    "istio/istio pkg/config/security/security.go",
  ],
  applies: "security.istio.io v1 and v1beta1",
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.own(kinds.AuthorizationPolicy),
  *check(policy) {
    for (const { path, message } of admissionProblems(policy)) {
      const advice = advices.find(([form]) => form.test(message))?.[1];
      yield fail(
        at(policy, ...path),
        `the cluster refuses this policy, so that nothing of it holds: ${message}`,
        advice === undefined ? {} : { advice },
      );
    }
  },
});
