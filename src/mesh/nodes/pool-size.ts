import type { Graph } from "../../model/graph.ts";
import { kinds } from "../kinds.ts";
import { readNumber } from "../field.ts";
import { nodeGroups } from "./groups.ts";
import { isCustom, picks, type Pool, pools } from "./pools.ts";

/** How many nodes three control-plane machines make, which is what OpenShift has unless install-config says otherwise. */
const usualControlPlane = 3;

function controlPlaneSize(graph: Graph): number {
  const [install] = graph.all(kinds.InstallConfig);
  const replicas = install
    ? readNumber(install, ["controlPlane", "replicas"])
    : ({ state: "absent" } as const);
  return replicas.state === "value" ? replicas.value : usualControlPlane;
}

/**
 * The nodes of a pool: what its status counts, else the control plane's usual number, else those that MachineSets and
 * Nodes of the set make; null if nothing tells.
 */
export function poolSize(graph: Graph, pool: Pool): number | null {
  const live = pool.resource && (graph.live(pool.resource) ?? pool.resource);
  const counted = live ? readNumber(live, ["status", "machineCount"]) : ({ state: "absent" } as const);
  if (counted.state === "value") return counted.value;
  if (pool.name === "master") return controlPlaneSize(graph);
  const custom = pools(graph).filter(isCustom);
  let size = 0;
  for (const group of nodeGroups(graph)) {
    if (picks(pool.nodeSelector, group.labels) !== "yes") continue;
    // A node of a custom pool is no longer counted among the workers.
    if (!isCustom(pool) && custom.some((other) => picks(other.nodeSelector, group.labels) !== "no")) continue;
    if (group.resource.kind !== kinds.MachineSet) size += 1;
    else {
      const replicas = readNumber(group.resource, ["spec", "replicas"]);
      if (replicas.state === "unknown") return null;
      size += replicas.state === "value" ? replicas.value : 1;
    }
  }
  return size === 0 ? null : size;
}

/** `2` and `"50%"` as a number of nodes, percentages rounded down but never below one, as the controller does; null for other values. */
export function nodesOf(maxUnavailable: unknown, size: number | null): number | null {
  if (typeof maxUnavailable === "number") return maxUnavailable;
  if (typeof maxUnavailable !== "string") return null;
  const percent = /^(\d{1,3})%$/.exec(maxUnavailable)?.[1];
  if (percent === undefined || size === null) return null;
  return Math.max(1, Math.floor((Number(percent) * size) / 100));
}
