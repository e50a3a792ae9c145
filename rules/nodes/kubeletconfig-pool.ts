import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { selectsSomePool } from "../../src/mesh/nodes/pools.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { formatSelector } from "../../src/mesh/nodes/selector-text.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "machineConfigPoolSelector"];

export const rule = defineRule({
  id: "nodes/kubeletconfig-pool",
  summary: "A KubeletConfig or ContainerRuntimeConfig that selects no machine config pool.",
  severity: "error",
  category: "configuration",
  documentation: [architecture("3.1.3.4")],
  upstream: [
    "openshift/machine-config-operator docs/KubeletConfigDesign.md",
    "openshift/machine-config-operator docs/ContainerRuntimeConfigDesign.md",
  ],
  fix: "none",
  reads: [kinds.KubeletConfig, kinds.ContainerRuntimeConfig],
  subjects: (graph) => graph.own(kinds.KubeletConfig, kinds.ContainerRuntimeConfig),
  *check(resource, graph) {
    const selector = read(resource, path);
    if (selector.state === "unknown") return yield undecided(selector.why);
    if (selector.state === "absent") {
      if (isPatched(graph, resource)) return yield undecided("what the patches of this object set");
      return yield fail(
        at(resource, ...path),
        `${resource.id.kind} ${resource.name} has no machineConfigPoolSelector, so it applies to no node`,
        { advice: "select a pool by one of its labels" },
      );
    }
    const found = selectsSomePool(graph, selector.value);
    if (found === "yes") return;
    if (found === "unknown" || !graph.owns("nodes"))
      return yield undecided(
        `the labels of the MachineConfigPools (wanted: ${formatSelector(selector.value)})`,
      );
    yield fail(
      at(resource, ...path),
      `no MachineConfigPool has the labels ${formatSelector(selector.value)} that ${resource.id.kind} ${resource.name} selects`,
      { advice: "give the pool this label, or select one that it has" },
    );
  },
});
