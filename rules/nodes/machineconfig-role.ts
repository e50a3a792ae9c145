import { kinds } from "../../src/mesh/kinds.ts";
import { objectLabels, roleKey, takenBySome } from "../../src/mesh/nodes/pools.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "nodes/machineconfig-role",
  summary: "A MachineConfig that no machine config pool takes.",
  severity: "error",
  category: "configuration",
  documentation: [architecture("5.3")],
  upstream: [
    "openshift/machine-config-operator docs/custom-pools.md",
    "openshift/machine-config-operator pkg/controller/common/helpers.go",
  ],
  fix: "none",
  reads: [kinds.MachineConfig],
  subjects: (graph) => graph.own(kinds.MachineConfig),
  *check(resource, graph) {
    const labels = objectLabels(resource);
    const role = labels.entries.get(roleKey);
    const taken = takenBySome(graph, resource);
    if (taken === "yes") return;
    if (taken === "unknown" || !labels.complete || isPatched(graph, resource))
      return yield undecided(`the labels of MachineConfig ${resource.name} and of the pools' selectors`);
    if (role === undefined)
      return yield fail(
        at(resource, "metadata", "labels"),
        `MachineConfig ${resource.name} has no label "${roleKey}", so no node ever gets it`,
        { advice: `add the label ${roleKey} with the name of a pool` },
      );
    if (!graph.owns("nodes")) return yield undecided(`the MachineConfigPool that takes the role "${role}"`);
    yield fail(
      at(resource, "metadata", "labels", roleKey),
      `no MachineConfigPool takes MachineConfigs with the role "${role}"`,
      { advice: "name a role that a pool selects, or add the pool" },
    );
  },
});
