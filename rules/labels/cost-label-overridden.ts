import {
  costKeys,
  costKeysOption,
  isTagKey,
  labelsAt,
  namespaceObjects,
} from "../../src/mesh/cost-labels.ts";
import { readText } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "labels/cost-label-overridden",
  summary: "A service's template has another value of a cost label than its namespace.",
  severity: "info",
  category: "cost",
  documentation: [integrations("3.2")],
  fix: "none",
  reads: [kinds.KnativeService],
  options: { keys: costKeysOption },
  subjects(graph) {
    if (graph.all(kinds.Namespace, kinds.Project).length > 0) return graph.own(kinds.KnativeService);
    return notApplicable("no Namespace in the set");
  },
  *check(service, graph, { options }) {
    const keys = costKeys(options);
    const inherited = namespaceObjects(graph, service.namespace).flatMap(labelsAt);
    for (const { key, value, at: place } of inherited) {
      if (!isTagKey(key, keys)) continue;
      const path = ["spec", "template", "metadata", "labels", key];
      const own = readText(service, path);
      if (own.state === "unknown") yield undecided(own.why);
      if (own.state !== "value" || own.value === value) continue;
      yield fail(
        at(service, ...path),
        `the template has label ${key}=${own.value} and the namespace ${key}=${value}: the pods' cost is counted under ${own.value} only`,
        {
          related: [{ at: at(place.resource, ...place.path), message: "the namespace's label" }],
          advice: `use one value, or take ${key} out of the template so that the namespace's counts`,
        },
      );
    }
  },
});
