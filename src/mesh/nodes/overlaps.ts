import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isList, isMapping, type Value, valueAt } from "../../model/value.ts";
import { type Labels, labelsOf } from "../label-match.ts";
import { once } from "../memo.ts";
import { type NodeGroup, nodeGroups, workerRole } from "./groups.ts";
import { isCustom, nodeRole, picks, type Pool, pools } from "./pools.ts";

/** A pool and what shares nodes with it. */
export interface Overlap {
  readonly pool: Pool;
  /** The other custom pool, or `master`. */
  readonly other: Pool | "master";
  /** The nodes that both select; null where the selectors alone say so. */
  readonly nodes: NodeGroup | null;
}

const controlPlane: Labels = {
  entries: new Map([
    [`${nodeRole}master`, ""],
    [`${nodeRole}control-plane`, ""],
  ]),
  complete: true,
};

/** The least labels that a node of a pool has: those that its selector asks for, and the role of a worker. */
function leastLabels({ nodeSelector }: Pool): Labels {
  const entries = new Map([[workerRole, ""], ...labelsOf(valueAt(nodeSelector, ["matchLabels"])).entries]);
  const expressions = valueAt(nodeSelector, ["matchExpressions"]);
  for (const expression of isList(expressions) ? expressions : []) {
    if (!isMapping(expression) || typeof expression.key !== "string") continue;
    const { key, operator, values } = expression;
    const [value = ""] = isList(values) ? values : [];
    if ((operator === "In" || operator === "Exists") && typeof value === "string") entries.set(key, value);
  }
  return { entries, complete: true };
}

/** Whether a selector has placeholders, so that nobody can tell what it selects. */
export function isOpen({ nodeSelector }: Pool): boolean {
  const open = (value: Value): boolean => {
    if (isList(value)) return value.some(open);
    if (!isMapping(value)) return isUnknown(value);
    return Object.entries(value).some(([key, item]) => isUnknown(key) || open(item));
  };
  return open(nodeSelector ?? null);
}

const has = (pool: Pool, labels: Labels): boolean => picks(pool.nodeSelector, labels) === "yes";

function overlapsOf(graph: Graph): readonly Overlap[] {
  const custom = pools(graph).filter(isCustom);
  const found: Overlap[] = [];
  const told = new Set<string>();
  const add = (pool: Pool, other: Pool, nodes: NodeGroup | null): void => {
    const key = JSON.stringify([pool.name, other.name].toSorted());
    if (pool.name === other.name || told.has(key)) return;
    told.add(key);
    found.push({ pool, other, nodes });
  };
  for (const pool of custom) if (has(pool, controlPlane)) found.push({ pool, other: "master", nodes: null });
  for (const group of nodeGroups(graph)) {
    const [first, ...others] = custom.filter((pool) => has(pool, group.labels));
    if (first) for (const other of others) add(first, other, group);
    if (
      first &&
      [...controlPlane.entries.keys()].some((key) => group.labels.entries.has(key)) &&
      !has(first, controlPlane)
    )
      found.push({ pool: first, other: "master", nodes: group });
  }
  // Every node of a pool has these labels: a second pool that asks for no more takes them all.
  for (const pool of custom) {
    const least = leastLabels(pool);
    if (has(pool, least)) for (const other of custom) if (has(other, least)) add(other, pool, null);
  }
  return found;
}

/** Custom pools that select the same nodes, or nodes of the control plane: a node may be in one pool only. */
export const overlaps = once(overlapsOf);
