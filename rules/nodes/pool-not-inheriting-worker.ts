import { inheritWorker } from "../../src/mesh/nodes/pool-fixes.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isCustom, roleKey, takes } from "../../src/mesh/nodes/pools.ts";
import { poolOf } from "../../src/mesh/nodes/pools.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "machineConfigSelector"];
const worker = { entries: new Map([[roleKey, "worker"]]), complete: true };

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
    if (inherits === "unknown" || isPatched(graph, resource))
      return yield undecided(`spec.machineConfigSelector of MachineConfigPool ${resource.name}`);
    yield fail(
      at(resource, ...path),
      `pool "${resource.name}" does not take the MachineConfigs with the role "worker", on which every custom pool builds`,
      remedy(`select the roles worker and ${resource.name}`, "safe", inheritWorker(resource)),
    );
  },
});
