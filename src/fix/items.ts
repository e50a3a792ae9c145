import type { Edit } from "../model/finding.ts";
import type { Resource } from "../model/resource.ts";
import { type Path, type Value, valueAt } from "../model/value.ts";
import { appendItem, setValue } from "./edits.ts";

/** Adds items at the end of a list, in their order; a list that is not there is made. */
export function appendItems(resource: Resource, path: Path, items: readonly Value[]): readonly Edit[] | null {
  const list = valueAt(resource.value, path) ?? null;
  // Nothing, or an empty list, is replaced as a whole; insertions behind one last item keep their order.
  if (!Array.isArray(list) || list.length === 0) return setValue(resource, path, items);
  const edits = items.map((item) => appendItem(resource, path, item));
  return edits.includes(null) ? null : edits.flatMap((edit) => edit ?? []);
}
