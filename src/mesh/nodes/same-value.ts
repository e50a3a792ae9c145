import { isList, isMapping, toJson, type Value } from "../../model/value.ts";

function ordered(value: Value): Value {
  if (isList(value)) return value.map(ordered);
  if (!isMapping(value)) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, item]) => [key, ordered(item)] as const));
}

/** A text that is equal for values that mean the same: the order of keys says nothing. */
export function textOf(value: Value | undefined): string {
  return toJson(ordered(value ?? null));
}
