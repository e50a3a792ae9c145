import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { configPath } from "./ignition-parts.ts";
import { textOf } from "./same-value.ts";

const disks = ["disks", "filesystems", "raid", "luks"].map((key) => [...configPath, "storage", key]);

/**
 * Whether the nodes that a MachineConfig is for exist already: the base revision has MachineConfigs, but not the
 * disks of this one.
 */
export function isMachineRunning(config: Resource, base: Graph | null): boolean {
  if (base === null || base.all(kinds.MachineConfig).length === 0) return false;
  const before = base.named(kinds.MachineConfig, null, config.name);
  return !before.some((old) =>
    disks.every((path) => textOf(valueAt(old.value, path)) === textOf(valueAt(config.value, path))),
  );
}
