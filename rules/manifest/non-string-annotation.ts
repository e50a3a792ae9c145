import { quoteScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList, isMapping, type Path, toJson, type Value } from "../../src/model/value.ts";
import { walk } from "../../src/model/walk.ts";
import { at, defineRule, fail, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Trees that describe or hold other data: `labels` in them is a word like any other. */
const opaque: readonly string[] = ["data", "stringData", "binaryData", "status", "parameters"];

/** Items of the operators' override lists take labels and annotations beside their name. */
const isOverride = (path: Path): boolean =>
  path.length === 4 &&
  path[0] === "spec" &&
  ["deployments", "workloads", "services"].includes(String(path[1]));

/** What the values below an entry are, if it is one of those that take strings only. */
function stringsBelow(path: Path, key: string, value: Value): string | null {
  if (key === "matchLabels") return "selector value";
  if (
    key === "selector" &&
    path.length === 2 &&
    isMapping(value) &&
    !Object.hasOwn(value, "matchExpressions")
  )
    return Object.hasOwn(value, "matchLabels") ? null : "selector value";
  if (key !== "annotations" && key !== "labels") return null;
  if (path.at(-2) !== "metadata" && !isOverride(path)) return null;
  return key === "annotations" ? "annotation" : "label";
}

interface NotString {
  readonly path: Path;
  readonly what: string;
  readonly value: Value;
}

/** Every label, annotation and selector value of an object that is not a string. */
function notStrings(resource: Resource): readonly NotString[] {
  const found: NotString[] = [];
  walk(resource.value, {
    enter(key, child, path) {
      if (path.length === 1 && opaque.includes(key)) return false;
      const what = stringsBelow(path, key, child);
      if (what === null) return true;
      for (const [name, value] of Object.entries(isMapping(child) ? child : {})) {
        if (typeof value !== "string" && value !== null) found.push({ path: [...path, name], what, value });
      }
      return false;
    },
    scalar() {},
  });
  return found;
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
