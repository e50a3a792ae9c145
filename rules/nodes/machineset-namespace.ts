import { setValue } from "../../src/fix/edits.ts";
import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label } from "../../src/model/resource.ts";
import { plainText } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const machineApi = "openshift-machine-api";
const path = ["metadata", "namespace"];
const machineKinds = [
  kinds.Machine,
  kinds.MachineSet,
  kinds.ControlPlaneMachineSet,
  kinds.MachineHealthCheck,
];
const clusterKinds = [
  kinds.MachineConfig,
  kinds.MachineConfigPool,
  kinds.KubeletConfig,
  kinds.ContainerRuntimeConfig,
];

export const rule = defineRule({
  id: "nodes/machineset-namespace",
  summary: "A Machine or MachineSet in a namespace at which its controller does not look.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [architecture("3.1.2.1")],
  fix: "review",
  reads: [...machineKinds, ...clusterKinds],
  subjects: (graph) => graph.own(...machineKinds, ...clusterKinds),
  *check(resource) {
    const { kind } = resource.id;
    if (resource.scope === "cluster") {
      const written = read(resource, path);
      if (written.state === "absent") return yield notApplicable(`a ${kind} has no namespace`);
      if (written.state === "unknown") return yield undecided(written.why);
      return yield fail(
        at(resource, ...path),
        `a ${kind} has no namespace, so "${plainText(written.value)}" means nothing`,
        { severity: "info", advice: "remove the namespace" },
      );
    }
    if (resource.namespace === null) return yield undecided(`the namespace of ${label(resource)}`);
    if (resource.namespace !== machineApi)
      yield fail(
        at(resource, ...path),
        `${kind} ${resource.name} is in "${resource.namespace}", and its controller looks at ${machineApi} only`,
        remedy(`move it to ${machineApi}`, "review", setValue(resource, path, machineApi)),
      );
  },
});
