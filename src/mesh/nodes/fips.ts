import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { configsOf, objectLabels, pools, takes } from "./pools.ts";

const hasFips = (config: Resource): boolean => valueAt(config.value, ["spec", "fips"]) === true;

/** Whether the base revision has MachineConfigs, and this one does not switch FIPS on there. */
export function isNewFips(config: Resource, base: Graph | null): boolean {
  if (base === null || base.all(kinds.MachineConfig).length === 0) return false;
  return !base.named(kinds.MachineConfig, null, config.name).some(hasFips);
}

/** The pools that a MachineConfig with FIPS leaves without it. */
export function poolsWithoutFips(graph: Graph, config: Resource): readonly string[] {
  const all = pools(graph);
  if (!all.some((pool) => takes(pool, objectLabels(config)) === "yes")) return [];
  return all.filter((pool) => !configsOf(graph, pool).some(hasFips)).map(({ name }) => name);
}
