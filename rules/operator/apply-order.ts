import { applyOrders, type ApplyOrder, isEarlier } from "../../src/mesh/apply-order.ts";
import { prerequisites } from "../../src/mesh/prerequisites.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, type Problem, undecided } from "../../src/rule/define.ts";
import {
  architecture,
  integrations,
  oldestIntegrations,
  olderIntegrations,
} from "../../src/rule/documents.ts";

function problem(resource: Resource, late: readonly Resource[], order: ApplyOrder): Problem | null {
  const [first] = late;
  if (first === undefined) return null;
  const others = late.length === 1 ? "" : ` and ${late.length - 1} more`;
  return fail(
    at(resource),
    `${label(resource)} is applied ${order.describe(resource)}, before ${label(first)}${others}, which it needs (${order.describe(first)})`,
    {
      // Nobody has to apply files in the order of their numbers.
      ...(order.by === "names" && { severity: "info" as const }),
      related: late.map((needed) => ({
        at: at(needed),
        message: `${label(needed)} comes ${order.describe(needed)}`,
      })),
      advice: "apply what it needs first",
    },
  );
}

export const rule = defineRule({
  id: "operator/apply-order",
  summary: "An object is applied before one that it needs, by the order that the set itself writes down.",
  severity: "warning",
  varies: true,
  category: "ordering",
  documentation: [
    integrations("1.3"),
    integrations("1.4"),
    olderIntegrations("1.3"),
    oldestIntegrations("1.3"),
    architecture("6.5"),
  ],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh.bash",
    "openshift-knative/serverless-operator hack/lib/serverless.bash",
  ],
  fix: "none",
  reads: [],
  candidates: "each",
  subjects(graph) {
    if (applyOrders(graph).length === 0) return notApplicable("the set writes no order down");
    return graph.resources.filter(({ standing, form }) => standing === "own" && form === "full");
  },
  *check(resource, graph) {
    const late: Resource[] = [];
    let order: ApplyOrder | null = null;
    for (const needed of prerequisites(graph, resource)) {
      const found = isEarlier(graph, resource, needed);
      if (found.state === "unknown") yield undecided(`the sync wave of ${label(resource)} and what it needs`);
      if (found.state !== "earlier") continue;
      order ??= found.order;
      late.push(...needed.slice(0, 1));
    }
    const found = order && problem(resource, late, order);
    if (found) yield found;
  },
});
