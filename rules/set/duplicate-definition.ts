import type { Graph } from "../../src/model/graph.ts";
import { idKey, label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable } from "../../src/rule/define.ts";
import { kubernetes } from "../../src/rule/documents.ts";

const isDefinition = (resource: Resource): boolean => resource.standing === "own" && resource.form === "full";

/** The set's definitions of the very object that a resource is. */
function definitions(graph: Graph, resource: Resource): readonly Resource[] {
  return graph
    .named(resource.kind, resource.namespace, resource.name)
    .filter((other) => isDefinition(other) && idKey(other) === idKey(resource));
}

export const rule = defineRule({
  id: "set/duplicate-definition",
  summary: "A set that is applied as a whole defines one object twice: the one that is applied last wins.",
  severity: "error",
  category: "configuration",
  documentation: [kubernetes("Declarative management of objects using Kustomize")],
  upstream: ["kubernetes-sigs/kustomize api/resmap/reswrangler.go"],
  fix: "none",
  reads: [],
  selfContained: true,
  candidates: "each",
  subjects(graph) {
    if (!graph.set.appliedAsWhole)
      return notApplicable("no Kustomization and no Application says that all of it is applied");
    return graph.resources.filter(
      (resource) => definitions(graph, resource)[0] !== resource && isDefinition(resource),
    );
  },
  *check(resource, graph) {
    const [first] = definitions(graph, resource);
    yield fail(at(resource, "metadata", "name"), `${label(resource)} is defined twice in this set`, {
      related: first ? [{ at: at(first, "metadata", "name"), message: "the other definition" }] : [],
      advice: "keep one of the two, or make one of them a patch",
    });
  },
});
