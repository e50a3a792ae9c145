import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, toJson, type Value, valueAt } from "../../model/value.ts";
import { once } from "../memo.ts";

const admission = "admissionregistration.k8s.io";
export const policyKinds = [
  `ValidatingAdmissionPolicy.${admission}`,
  "ClusterPolicy.kyverno.io",
  "ValidatingPolicy.policies.kyverno.io",
  "ClusterAdmissionPolicy.policies.kubewarden.io",
] as const;
const bindingKind = `ValidatingAdmissionPolicyBinding.${admission}`;
const templateKind = "ConstraintTemplate.templates.gatekeeper.sh";

/** Whether a policy's text looks at the runtime class of pods. */
const speaksOfClasses = (resource: Resource): boolean => /runtimeClass/i.test(toJson(resource.value));

const texts = (value: Value | undefined): readonly string[] =>
  isList(value) ? value.filter((item) => typeof item === "string") : [];

function denies(graph: Graph, policy: Resource): boolean {
  const at = (...path: (string | number)[]) => valueAt(policy.value, path);
  if (policy.kind === policyKinds[0])
    return graph
      .all(bindingKind)
      .some(
        ({ value }) =>
          valueAt(value, ["spec", "policyName"]) === policy.name &&
          texts(valueAt(value, ["spec", "validationActions"])).includes("Deny"),
      );
  if (policy.kind === policyKinds[1]) {
    const rules = at("spec", "rules");
    const actions = [
      at("spec", "validationFailureAction"),
      ...(isList(rules) ? rules.map((rule) => valueAt(rule, ["validate", "failureAction"])) : []),
    ];
    return actions.some((action) => typeof action === "string" && action.toLowerCase() === "enforce");
  }
  if (policy.kind === policyKinds[2]) {
    const actions = at("spec", "validationActions");
    return actions === undefined || texts(actions).includes("Deny");
  }
  return at("spec", "mode") !== "monitor";
}

/** Gatekeeper's constraints whose template looks at the runtime class. */
function constraints(graph: Graph): readonly { readonly policy: Resource; readonly denies: boolean }[] {
  const templates = graph.all(templateKind).filter(speaksOfClasses);
  const names = new Set(
    templates.map(({ value }) => valueAt(value, ["spec", "crd", "spec", "names", "kind"])),
  );
  return graph.resources
    .filter(
      ({ kind, id, form }) =>
        form === "full" &&
        kind.endsWith(".constraints.gatekeeper.sh") &&
        (names.has(id.kind) || /runtimeclass/i.test(id.kind)),
    )
    .map((policy) => {
      const action = valueAt(policy.value, ["spec", "enforcementAction"]);
      return { policy, denies: action === undefined || action === "deny" };
    });
}

/** The policies of the whole cluster that look at the runtime class of pods, and whether they turn any away. */
export const classPolicies = once(
  (graph: Graph): readonly { readonly policy: Resource; readonly denies: boolean }[] => [
    ...graph
      .all(...policyKinds)
      .filter(speaksOfClasses)
      .map((policy) => ({ policy, denies: denies(graph, policy) })),
    ...constraints(graph),
  ],
);
