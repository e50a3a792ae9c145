import { appendItem } from "../../src/fix/edits.ts";
import { moveKey } from "../../src/fix/move.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isCustom, isTemplated, poolOf, roleKey, takes } from "../../src/mesh/nodes/pools.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList, isMapping, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "machineConfigSelector"];
const worker = { entries: new Map([[roleKey, "worker"]]), complete: true };

/**
 * Edits that let a pool take the MachineConfigs of the workers beside those that it takes now; null where its selector
 * is of a form that has no such extension.
 */
function inheritWorker(pool: Resource): readonly Edit[] | null {
  const labels = valueAt(pool.value, [...path, "matchLabels"]) ?? {};
  const expressions = valueAt(pool.value, [...path, "matchExpressions"]) ?? [];
  if (!isMapping(labels) || !isList(expressions)) return null;
  const role = valueAt(labels, [roleKey]);
  const [only] = expressions;
  if (role === undefined && expressions.length === 1 && isMapping(only)) {
    const isRole = only.key === roleKey && only.operator === "In";
    return isRole && Object.keys(labels).length === 0
      ? appendItem(pool, [...path, "matchExpressions", 0, "values"], "worker")
      : null;
  }
  if (typeof role !== "string" || Object.keys(labels).length > 1 || expressions.length > 0) return null;
  const roles = [{ key: roleKey, operator: "In", values: ["worker", role] }];
  return moveKey(pool, [...path, "matchLabels"], [...path, "matchExpressions"], roles);
}

export const rule = defineRule({
  id: "nodes/pool-not-inheriting-worker",
  summary: "A custom machine config pool leaves out the MachineConfigs of the workers.",
  severity: "error",
  category: "support",
  documentation: [architecture("3.1.1")],
  upstream: ["openshift/machine-config-operator docs/custom-pools.md"],
  fix: "safe",
  reads: [kinds.MachineConfigPool],
  subjects: (graph) => graph.own(kinds.MachineConfigPool).filter(isCustom),
  *check(resource, graph) {
    const pool = poolOf(resource);
    const inherits = takes(pool, worker);
    if (inherits === "yes") return;
    // Policies name pools without a spec, or by variables, to look at their state.
    const named = valueAt(resource.value, ["spec"]) !== undefined && !isTemplated(resource.name);
    if (inherits === "unknown" || !named || isPatched(graph, resource))
      return yield undecided(`spec.machineConfigSelector of MachineConfigPool ${resource.name}`);
    yield fail(
      at(resource, ...path),
      `pool "${resource.name}" does not take the MachineConfigs with the role "worker", on which every custom pool builds`,
      remedy(`select the roles worker and ${resource.name}`, "safe", inheritWorker(resource)),
    );
  },
});
