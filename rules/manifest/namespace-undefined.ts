import { kinds } from "../../src/mesh/kinds.ts";
import { addNamespace, undefinedNamespaces } from "../../src/mesh/manifests/undefined-namespaces.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "manifest/namespace-undefined",
  summary: "Objects are in a namespace that the set, which defines namespaces, does not define.",
  severity: "info",
  varies: true,
  category: "configuration",
  documentation: [integrations("2.1")],
  fix: "review",
  reads: [],
  subjects(graph) {
    const defines = graph.own(kinds.Namespace).length > 0;
    if (!defines && graph.set.context.complete !== true)
      return notApplicable("the set defines no namespaces");
    const { uses, unplaced } = undefinedNamespaces(graph);
    return [...uses.map(({ resource }) => resource), ...(unplaced ? [unplaced] : [])];
  },
  *check(resource, graph) {
    const { defined, open, uses, unplaced } = undefinedNamespaces(graph);
    if (resource === unplaced) return yield undecided(`the namespace of ${label(resource)}`);
    const use = uses.find((one) => one.resource === resource);
    if (!use) return;
    if (open) return yield undecided("the names of all namespaces that the set defines");
    const { namespace, objects } = use;
    const complete = graph.set.context.complete === true;
    const who = objects === 1 ? `${label(resource)} is` : `${objects} objects are`;
    yield fail(
      at(resource, "metadata", "namespace"),
      complete
        ? `${who} in namespace ${namespace}, which does not exist`
        : `${who} in namespace ${namespace}, which the set does not define beside its other namespaces`,
      {
        ...(complete && { severity: "error" as const }),
        related: defined ? [{ at: at(defined), message: "a namespace that it defines" }] : [],
        ...remedy(`add Namespace ${namespace}`, "review", addNamespace(defined, namespace)),
      },
    );
  },
});
