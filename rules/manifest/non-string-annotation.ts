import { quoteScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isList, isMapping, type Path, toJson, type Value } from "../../src/model/value.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Trees that describe or hold other data: `labels` in them is a word like any other. */
const opaque: readonly string[] = ["data", "stringData", "binaryData", "status", "parameters"];

/** Items of the operators' override lists take labels and annotations beside their name. */
const isOverride = (path: Path): boolean =>
  path.length === 3 &&
  path[0] === "spec" &&
  ["deployments", "workloads", "services"].includes(String(path[1]));

/** What the values below a key are, if it is one of those that take strings only. */
function stringsBelow(path: Path, key: string, value: Value): string | null {
  if (key === "matchLabels") return "selector value";
  if (
    key === "selector" &&
    path.length === 1 &&
    isMapping(value) &&
    !Object.hasOwn(value, "matchExpressions")
  )
    return Object.hasOwn(value, "matchLabels") ? null : "selector value";
  if (path.at(-1) !== "metadata" && !isOverride(path)) return null;
  if (key === "annotations") return "annotation";
  return key === "labels" ? "label" : null;
}

/** Every label, annotation and selector value below a mapping that is not a string. */
function* notStrings(value: Value, path: Path): Generator<{ path: Path; what: string; value: Value }> {
  if (isList(value)) {
    for (const [index, item] of value.entries()) yield* notStrings(item, [...path, index]);
    return;
  }
  if (!isMapping(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (path.length === 0 && opaque.includes(key)) continue;
    const what = stringsBelow(path, key, child);
    if (what === null) {
      if (typeof child === "object") yield* notStrings(child, [...path, key]);
    } else if (isMapping(child)) {
      for (const [name, item] of Object.entries(child)) {
        if (typeof item !== "string" && item !== null)
          yield { path: [...path, key, name], what, value: item };
      }
    }
  }
}

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
    for (const { path, what, value } of notStrings(resource.value, [])) {
      const edits = typeof value === "object" ? null : quoteScalar(resource, path);
      const title = "put the value in quotes";
      yield fail(
        at(resource, ...path),
        `${what} "${path.at(-1)}" is ${typeOf(value)}; the API server takes only strings`,
        {
          explains: path,
          ...(edits ? { fix: { title, safety: "safe" as const, edits } } : { advice: title }),
        },
      );
    }
  },
});
