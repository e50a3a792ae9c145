import type { Edit } from "../model/finding.ts";
import type { Resource } from "../model/resource.ts";
import { type Path, type Value, valueAt } from "../model/value.ts";
import { appendItem, setValue } from "./edits.ts";

/** A value for one field, or new entries of a list of overrides that set it. */
export type Setting =
  | { readonly how: "value"; readonly path: Path }
  | { readonly how: "entries"; readonly list: Path; readonly entries: readonly Value[] };

/** Writes a setting: the value into its field, or its entries behind those of the list. */
export function writeSetting(resource: Resource, setting: Setting, value: Value): readonly Edit[] | null {
  return setting.how === "value"
    ? setValue(resource, setting.path, value)
    : appendItems(resource, setting.list, setting.entries);
}

/** Adds items at the end of a list, in their order; a list that is not there is made. */
export function appendItems(resource: Resource, path: Path, items: readonly Value[]): readonly Edit[] | null {
  const list = valueAt(resource.value, path) ?? null;
  // Nothing, or an empty list, is replaced as a whole; insertions behind one last item keep their order.
  if (!Array.isArray(list) || list.length === 0) return setValue(resource, path, items);
  const edits = items.map((item) => appendItem(resource, path, item));
  return edits.includes(null) ? null : edits.flatMap((edit) => edit ?? []);
}
