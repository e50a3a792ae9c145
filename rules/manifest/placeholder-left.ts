import { mayHavePlaceholders, placeholdersLeft } from "../../src/mesh/placeholders-left.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "manifest/placeholder-left",
  summary: "A placeholder of an example was not replaced by a value.",
  severity: "warning",
  varies: true,
  category: "hygiene",
  documentation: [integrations("1.1")],
  fix: "none",
  reads: [],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.set.resources.filter(mayHavePlaceholders),
  *check(resource, graph, { strict }) {
    for (const { path, token } of placeholdersLeft(graph, resource)) {
      yield fail(at(resource, ...path), `"${token}" is a placeholder, not a value`, {
        ...(strict && { severity: "error" as const }),
        advice: "replace it by your own value",
      });
    }
  },
});
