import { kinds } from "../../src/mesh/kinds.ts";
import { anyOf } from "../../src/mesh/label-match.ts";
import {
  customRoles,
  isControlPlane,
  nodeGroup,
  nodeGroupKinds,
  workerRole,
} from "../../src/mesh/nodes/groups.ts";
import { isCustom, nodeRole, picks, pools } from "../../src/mesh/nodes/pools.ts";
import { atKey, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "nodes/custom-role-without-pool",
  summary: "Nodes have a role of their own that no machine config pool manages.",
  severity: "warning",
  varies: true,
  category: "support",
  documentation: [architecture("3.1.1")],
  upstream: [
    "openshift/machine-config-operator docs/custom-pools.md",
    "openshift/machine-config-operator templates/worker/01-worker-kubelet",
  ],
  fix: "none",
  reads: nodeGroupKinds,
  subjects: (graph) => graph.own(kinds.Node, kinds.Machine, kinds.MachineSet),
  *check(resource, graph) {
    const group = nodeGroup(resource);
    const [role] = group ? customRoles(group) : [];
    // A node of the control plane with a role of its own: nodes/pool-overlap, or the pool of the masters has it.
    if (!group || role === undefined || isControlPlane(group))
      return yield notApplicable("it gives nodes no role of their own");
    const custom = pools(graph).filter(isCustom);
    const found = anyOf(custom.map(({ nodeSelector }) => picks(nodeSelector, group.labels)));
    if (found === "yes") return;
    if (found === "unknown") return yield undecided("the node selectors of the MachineConfigPools");
    if (!graph.owns("nodes")) return yield undecided(`the MachineConfigPool of role "${role}"`);
    const place = atKey(resource, ...group.labelsPath, `${nodeRole}${role}`);
    if (group.labels.entries.has(workerRole))
      yield fail(
        place,
        `no MachineConfigPool selects nodes with the role "${role}", so they are configured as plain workers`,
        {
          severity: "info",
          advice: `add a MachineConfigPool for ${role} if these nodes need a configuration of their own`,
        },
      );
    else if (!group.labels.complete)
      yield undecided("whether the user data of the machines makes them workers");
    else
      yield fail(
        place,
        `nodes with the role "${role}" are in no MachineConfigPool and no workers either, so nothing configures or updates them`,
        {
          severity: "error",
          advice: `keep the role worker beside ${role}, and add a MachineConfigPool for it`,
        },
      );
  },
});
