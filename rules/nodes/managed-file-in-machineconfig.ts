import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configPath } from "../../src/mesh/nodes/ignition-parts.ts";
import { managedParts } from "../../src/mesh/nodes/managed-files.ts";
import { isShippedConfig } from "../../src/mesh/nodes/shipped-configs.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "nodes/managed-file-in-machineconfig",
  summary: "A MachineConfig writes what a resource of its own is there for.",
  severity: "warning",
  category: "support",
  documentation: [architecture("3.1.3.4"), architecture("5.1.2")],
  upstream: [
    "openshift/machine-config-operator docs/KubeletConfigDesign.md",
    "openshift/machine-config-operator docs/ContainerRuntimeConfigDesign.md",
  ],
  fix: "none",
  reads: [kinds.MachineConfig],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.MachineConfig),
  *check(resource) {
    if (isShippedConfig(resource.name)) return yield notApplicable("an operator made it");
    const config = read(resource, configPath);
    if (config.state === "unknown") return yield undecided(config.why);
    for (const { path, message, advice } of managedParts(resource))
      yield fail(at(resource, ...path), message, { advice });
  },
});
