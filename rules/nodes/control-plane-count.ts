import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isControlPlane, nodeGroup } from "../../src/mesh/nodes/groups.ts";
import type { Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const replicas = ["controlPlane", "replicas"];
const machineRole = "machine.openshift.io/cluster-api-machine-role";
const roleLabel = ["spec", "template", "metadata", "labels", machineRole];

function* checkInstallation(resource: Resource): Generator<Judgement> {
  const count = read(resource, replicas);
  if (count.state === "unknown") return yield undecided(count.why);
  if (count.state === "absent" || count.value === 3) return;
  if (typeof count.value !== "number") return yield undecided("controlPlane.replicas as a number");
  yield count.value === 1
    ? fail(
        at(resource, ...replicas),
        "the control plane is a single node, a layout of releases after 4.8: an update interrupts everything",
        { severity: "info", advice: "install three machines, unless it has to be a single node" },
      )
    : fail(
        at(resource, ...replicas),
        `the control plane gets ${count.value} machines, and etcd is made for three`,
        { advice: "set replicas: 3" },
      );
}

function* checkMachineSet(resource: Resource): Generator<Judgement> {
  const group = nodeGroup(resource);
  const byLabel = valueAt(resource.value, roleLabel) === "master";
  if (!group || !(byLabel || isControlPlane(group))) return;
  yield fail(
    at(resource, ...(byLabel ? roleLabel : group.labelsPath)),
    `MachineSet ${resource.name} makes machines of the control plane, which are single Machine objects`,
    { advice: "keep the machines of the control plane out of MachineSets" },
  );
}

export const rule = defineRule({
  id: "nodes/control-plane-count",
  summary: "The control plane has another number of machines than three, or grows from a MachineSet.",
  severity: "warning",
  varies: true,
  category: "availability",
  documentation: [architecture("3.1.2.2")],
  fix: "none",
  reads: [kinds.InstallConfig, kinds.MachineSet],
  subjects: (graph) => graph.own(kinds.InstallConfig, kinds.MachineSet),
  *check(resource) {
    yield* resource.kind === kinds.MachineSet ? checkMachineSet(resource) : checkInstallation(resource);
  },
});
