import { workloadKinds } from "../../src/mesh/kinds.ts";
import { hostCommands, hostWrites, isNodeAgent } from "../../src/mesh/nodes/host-access.ts";
import type { PodTemplate } from "../../src/model/graph.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, type Problem, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const platform = /^(?:openshift|kube)-/;

function problemsOf(pod: PodTemplate): readonly Problem[] {
  const agent = isNodeAgent(pod);
  const { resource } = pod;
  return [
    ...hostWrites(pod).map(({ path, hostPath, container, usual }) =>
      fail(
        at(resource, ...path),
        `container ${container} of ${label(resource)} may write to ${hostPath} of the host, which belongs to the operating system's image and the MachineConfigs`,
        {
          ...((usual || agent) && { severity: "info" as const }),
          advice: "mount it with readOnly: true, or change the host by a MachineConfig",
        },
      ),
    ),
    ...hostCommands(pod).map(({ path, what }) =>
      fail(
        at(resource, ...path),
        `${label(resource)} runs ${what} on the host, which the machine config operator takes for a drift of the node`,
        { ...(agent && { severity: "info" as const }), advice: "change the host by a MachineConfig" },
      ),
    ),
  ];
}

export const rule = defineRule({
  id: "nodes/host-path-write",
  summary: "A workload may change the operating system of its nodes.",
  severity: "warning",
  varies: true,
  category: "support",
  documentation: [architecture("5.1.1"), architecture("5.1.2")],
  fix: "none",
  reads: workloadKinds,
  subjects: (graph) => graph.own(...workloadKinds),
  *check(resource, graph) {
    for (const pod of graph.podsOf(resource)) {
      const problems = problemsOf(pod);
      if (problems.length === 0) yield notApplicable("it does not write to the host");
      else if (pod.namespace === null) yield undecided(`the namespace of ${label(resource)}`);
      else if (platform.test(pod.namespace)) yield notApplicable("it belongs to the platform");
      else yield* problems;
    }
  },
});
