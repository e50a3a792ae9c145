import type { Resource } from "../model/resource.ts";
import { toJson, type Value } from "../model/value.ts";
import { typeOf, type ValueType } from "./schema.ts";

const names: Readonly<Record<ValueType, string>> = {
  null: "nothing (null)",
  boolean: "a boolean",
  integer: "a whole number",
  number: "a number",
  string: "a string",
  list: "a list",
  mapping: "a mapping",
};

/** `a whole number or a string`; null, allowed beside something else, goes without saying. */
export function typeWords(types: readonly ValueType[]): string {
  const said = types.filter((type) => type !== "null" || types.length === 1);
  return said.map((type) => names[type]).join(" or ");
}

const longest = 60;

/** A value as messages show it; null for mappings, lists, long texts and whatever a Secret holds. */
export function valueWords(resource: Resource, value: Value): string | null {
  if (resource.kind === "Secret" || (typeof value === "object" && value !== null)) return null;
  const text = toJson(value);
  return text.length <= longest ? text : null;
}

/** `the string "true"`, `a list`, `nothing (null)`. */
export function actualWords(resource: Resource, value: Value): string {
  const type = typeOf(value);
  const shown = value === null ? null : valueWords(resource, value);
  return shown === null ? names[type] : `${names[type].replace(/^a /, "the ")} ${shown}`;
}
