import { quoteScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { notStrings } from "../../src/mesh/string-values.ts";
import { isList, toJson, type Value } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const typeOf = (value: Value): string => {
  if (typeof value === "boolean") return `the boolean ${toJson(value)}`;
  if (typeof value === "object") return isList(value) ? "a list" : "a mapping";
  return `the number ${toJson(value)}`;
};

export const rule = defineRule({
  id: "manifest/non-string-annotation",
  summary:
    "The value of a label, annotation or selector is not a string, so the API server refuses the object.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.3"), integrations("1.4.4")],
  upstream: ["kubernetes/apimachinery pkg/apis/meta/v1/types.go"],
  fix: "safe",
  reads: [],
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph.set.resources.filter(
      (resource) => resource.standing === "own" && resource.kind !== kinds.CustomResourceDefinition,
    ),
  *check(resource) {
    for (const { path, what, value } of notStrings(resource)) {
      const edits = typeof value === "object" ? null : quoteScalar(resource, path);
      const title = "put the value in quotes";
      yield fail(
        at(resource, ...path),
        `${what} "${path.at(-1)}" is ${typeOf(value)}; the API server takes only strings`,
        {
          explains: path,
          ...remedy(title, "safe", edits),
        },
      );
    }
  },
});
