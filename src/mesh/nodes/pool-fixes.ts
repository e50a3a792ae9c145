import { appendItem, removeKey, setValue } from "../../fix/edits.ts";
import type { Edit } from "../../model/finding.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Path, valueAt } from "../../model/value.ts";
import { roleKey } from "./pools.ts";

const selector: Path = ["spec", "machineConfigSelector"];

/**
 * Edits that let a pool take the MachineConfigs of the workers beside those that it takes now; null where its selector
 * is of a form that has no such extension.
 */
export function inheritWorker(pool: Resource): readonly Edit[] | null {
  const labels = valueAt(pool.value, [...selector, "matchLabels"]) ?? {};
  const expressions = valueAt(pool.value, [...selector, "matchExpressions"]) ?? [];
  if (!isMapping(labels) || !isList(expressions)) return null;
  const role = valueAt(labels, [roleKey]);
  const [only] = expressions;
  if (role === undefined && expressions.length === 1 && isMapping(only)) {
    const isRole = only.key === roleKey && only.operator === "In";
    return isRole && Object.keys(labels).length === 0
      ? appendItem(pool, [...selector, "matchExpressions", 0, "values"], "worker")
      : null;
  }
  if (typeof role !== "string" || Object.keys(labels).length > 1 || expressions.length > 0) return null;
  const removed = removeKey(pool, [...selector, "matchLabels"]);
  const added = setValue(
    pool,
    [...selector, "matchExpressions"],
    [{ key: roleKey, operator: "In", values: ["worker", role] }],
  );
  return removed && added && [...removed, ...added];
}
