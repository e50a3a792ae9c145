import { kinds } from "../../src/mesh/kinds.ts";
import { foreignCloud, platformKinds, providerPath } from "../../src/mesh/nodes/platforms.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { label } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "nodes/mixed-platform",
  summary: "Machines or storage of one cluster belong to different clouds.",
  severity: "error",
  category: "support",
  documentation: [architecture("2.1.1")],
  fix: "none",
  reads: platformKinds,
  subjects: (graph) => graph.own(kinds.MachineSet, kinds.Machine, kinds.StorageClass),
  *check(resource, graph) {
    if (isUnknown(valueAt(resource.value, providerPath(resource))))
      return yield undecided(`the provider of ${label(resource)}`);
    const found = foreignCloud(graph, resource);
    if (!found) return;
    const { clue, main } = found;
    const what =
      clue.of === "storage"
        ? "provisions storage of"
        : resource.kind === kinds.Machine
          ? "is a machine of"
          : "makes machines of";
    yield fail(
      at(resource, ...clue.path),
      `${label(resource)} ${what} ${clue.cloud}, and the cluster runs on ${main.cloud}`,
      {
        related: [
          { at: at(main.resource, ...main.path), message: `${label(main.resource)} says ${main.cloud}` },
        ],
        advice: "keep one cluster in one cloud: add no others after the installation",
      },
    );
  },
});
