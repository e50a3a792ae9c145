import { anchorKinds, anchorOf, type RunningNode, runningNodes } from "../../src/mesh/nodes/live-nodes.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, type Problem, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const isCoreOs = ({ system }: RunningNode): boolean => system === null || system.includes("CoreOS");

function problemOf(anchor: Resource, nodes: readonly RunningNode[]): Problem | null {
  const [first] = nodes;
  if (!first) return null;
  const names = nodes.map(({ resource }) => resource.name).join(", ");
  const related = nodes.map(({ resource, system }) => ({
    at: at(resource, "status", "nodeInfo", "osImage"),
    message: `${resource.name} runs "${system ?? ""}"`,
  }));
  const has = nodes.length === 1 ? "runs" : "run";
  return first.controlPlane
    ? fail(
        at(anchor),
        `${names} of the control plane ${has} "${first.system ?? ""}", and only RHCOS is supported there`,
        {
          related,
          advice: "replace the machines by ones with RHCOS",
        },
      )
    : fail(
        at(anchor),
        `${names} ${has} "${first.system ?? ""}": the machine config operator does not update their kubelet`,
        {
          severity: "info",
          related,
          advice: "update the packages of these nodes with every update of the cluster",
        },
      );
}

export const rule = defineRule({
  id: "nodes/control-plane-os",
  summary: "A node of the control plane runs another operating system than RHCOS.",
  severity: "error",
  varies: true,
  category: "support",
  documentation: [architecture("2.1"), architecture("5.1")],
  fix: "none",
  live: true,
  reads: anchorKinds,
  subjects(graph) {
    const anchors = [anchorOf(graph, "master"), anchorOf(graph, "worker")];
    return [...new Set(anchors.flatMap((anchor) => anchor ?? []))];
  },
  *check(resource, graph) {
    const nodes = runningNodes(graph);
    if (nodes.length === 0) return yield notApplicable("the cluster shows no nodes");
    for (const controlPlane of [true, false]) {
      if (anchorOf(graph, controlPlane ? "master" : "worker") !== resource) continue;
      const mine = nodes.filter((node) => node.controlPlane === controlPlane);
      const problem = problemOf(
        resource,
        mine.filter((node) => !isCoreOs(node)),
      );
      if (problem) yield problem;
      if (controlPlane && mine.some(({ system }) => system === null))
        yield undecided("the operating systems that the nodes of the control plane report");
    }
  },
});
