import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Path, type Value } from "../model/value.ts";
import { walk } from "../model/walk.ts";

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

const stringMaps: ReadonlySet<string> = new Set(["labels", "annotations", "selector", "matchLabels"]);

/** A quick look before the long walk: whether any mapping of such a name holds something else than strings. */
function mayHaveOthers(value: Value): boolean {
  if (isList(value)) return value.some(mayHaveOthers);
  if (!isMapping(value)) return false;
  for (const key in value) {
    const child = value[key] ?? null;
    if (typeof child !== "object" || child === null) continue;
    if (stringMaps.has(key) && Object.values(child).some((item) => typeof item !== "string")) return true;
    if (mayHaveOthers(child)) return true;
  }
  return false;
}

/** A value that the API server takes as a string only. */
export interface NotString {
  readonly path: Path;
  readonly what: string;
  readonly value: Value;
}

/** Every label, annotation and selector value of an object that is not a string. */
export function notStrings(resource: Resource): readonly NotString[] {
  const found: NotString[] = [];
  if (!mayHaveOthers(resource.value)) return found;
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
