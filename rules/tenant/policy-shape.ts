import { admissionProblems } from "../../src/mesh/authorization/admission.ts";
import { actionOf, allowsNothing, hasEmptyRule } from "../../src/mesh/authorization/compile.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isNamespaceWide, ownTenantPolicies } from "../../src/mesh/tenant-groups.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isMapping, type Path, valueAt } from "../../src/model/value.ts";
import { rulesDroppedOnTcp } from "../../src/simulate/policy-ports.ts";
import { at, defineRule, fail, notApplicable } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const rules = ["spec", "rules"];

/** Of an entry whose only list is empty, that list. */
function emptyPart(policy: Resource, path: Path): Path {
  const entry = valueAt(policy.value, path);
  const [part, ...others] = isMapping(entry) ? Object.keys(entry) : [];
  if (part === undefined || others.length > 0 || (part !== "source" && part !== "operation")) return path;
  const value = valueAt(entry, [part]);
  const [list] = isMapping(value) ? Object.keys(value) : [];
  return list === undefined ? [...path, part] : [...path, part, list];
}

export const rule = defineRule({
  id: "tenant/policy-shape",
  summary: "A policy of the tenants' isolation has a form that is refused, or that means something else.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [integrations("2.3")],
  upstream: ["istio/istio pkg/config/validation/validation.go"],
  applies: "security.istio.io v1beta1 and v1",
  fix: "none",
  reads: [kinds.AuthorizationPolicy],
  candidates: "each",
  selfContained: true,
  subjects(graph) {
    const found = isolation(graph);
    const policies = ownTenantPolicies(graph);
    return policies.length === 0 && found.state === "no" ? notApplicable(found.why) : policies;
  },
  *check(policy, graph) {
    const { name, namespace } = policy;
    const refused = admissionProblems(policy);
    for (const { path, message } of refused) {
      yield fail(at(policy, ...emptyPart(policy, path)), `the cluster refuses ${name}: ${message}`, {
        advice: "write it in a form that Istio takes; until then the policy does not exist",
        explains: path,
      });
    }
    if (refused.length > 0) return;
    const isWide = isNamespaceWide(policy);
    if (allowsNothing(policy) && isWide && name.startsWith("allow"))
      yield fail(
        at(policy, ...rules),
        `${name} has no rules: it allows nothing, and refuses all that no other policy allows in ${namespace}`,
        { advice: "render the chart with serving.enabled or eventing.enabled, or remove the policy" },
      );
    if (allowsNothing(policy) && !isWide && !name.startsWith("deny"))
      yield fail(
        at(policy, ...rules),
        `${name} has no rules: it allows nothing, and refuses all that no other policy allows to the pods that it selects`,
        { severity: "warning", advice: "write the rules, or call the policy deny-…" },
      );
    if (actionOf(policy) === "DENY" && isWide && hasEmptyRule(policy))
      yield fail(
        at(policy, ...rules),
        `${name} refuses everything in ${namespace}, whatever other policies allow: DENY comes first`,
        { advice: 'write "spec: {}" instead, which refuses only what no other policy allows' },
      );
    for (const { rule: index, field } of rulesDroppedOnTcp(graph, policy)) {
      yield fail(
        at(policy, ...rules, index),
        `the rule asks for ${field.written}, which only HTTP has, and the port that it is about is TCP`,
        { advice: "name the Service's port http-… if it speaks HTTP", explains: [...rules, index] },
      );
    }
  },
});
