import { otherIngress } from "../../src/mesh/gateway-scope.ts";
import { isAllowed, knativeTarget, undocumentedKinds } from "../../src/mesh/undocumented-features.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/undocumented-feature",
  summary: "A feature of the mesh is used on Knative that its documents do not describe.",
  severity: "info",
  category: "support",
  documentation: [integrations("1.1"), oldestIntegrations("1")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/destination-rules.yaml"],
  fix: "none",
  reads: [...undocumentedKinds],
  options: {
    allow: {
      default: [],
      schema: { type: "array", items: { type: "string" }, uniqueItems: true },
      description: "Objects that are accepted, as Kind/namespace/name.",
    },
  },
  subjects(graph) {
    const other = otherIngress(graph);
    return other === null ? graph.own(...undocumentedKinds) : notApplicable(other);
  },
  *check(resource, graph, { options }) {
    if (isAllowed(options.allow, resource))
      return yield notApplicable("it is accepted in the rule's options");
    const target = knativeTarget(graph, resource);
    if (target === null) return;
    if ("needs" in target) return yield undecided(target.needs);
    yield fail(
      at(resource, ...target.path),
      `this ${resource.id.kind} acts on ${target.what}, which the documents of Serverless do not describe, and so do not support`,
      { advice: "do without it, or accept it in the rule's options" },
    );
  },
});
