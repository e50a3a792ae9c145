import type { Edit } from "../model/finding.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Mapping, Path } from "../model/value.ts";
import { removeKey, renameKey, replaceScalar, setValues } from "./edits.ts";

/** Adds labels, and gives those that are there another value; others stay. */
export function addLabels(resource: Resource, path: Path, wanted: Mapping): readonly Edit[] | null {
  return setValues(
    resource,
    Object.entries(wanted).map(([key, value]) => [[...path, key], value] as const),
  );
}

/**
 * Makes a flat mapping, such as a selector, equal to another one; null where that takes more than additions,
 * removals, or one entry in place of another.
 */
export function replaceLabels(resource: Resource, path: Path, wanted: Mapping): readonly Edit[] | null {
  const given = valueAt(resource.value, path);
  const current = isMapping(given) ? given : {};
  const extra = Object.keys(current).filter((key) => !Object.hasOwn(wanted, key));
  const missing = Object.entries(wanted).filter(([key, value]) => current[key] !== value);
  if (extra.length === 0) return addLabels(resource, path, wanted);
  if (missing.length === 0) {
    const removed = extra.map((key) => removeKey(resource, [...path, key]));
    return removed.includes(null) ? null : removed.flatMap((edits) => edits ?? []);
  }
  const [[key, value] = ["", null], ...others] = missing;
  const [old = "", ...more] = extra;
  if (others.length > 0 || more.length > 0 || typeof value !== "string") return null;
  const renamed = renameKey(resource, [...path, old], key);
  const replaced = replaceScalar(resource, [...path, old], value);
  return renamed && replaced && [...renamed, ...replaced];
}
