import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { nodesOf, poolSize } from "../../src/mesh/nodes/pool-size.ts";
import { poolOf } from "../../src/mesh/nodes/pools.ts";
import { plainText } from "../../src/model/value.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "maxUnavailable"];

export const rule = defineRule({
  id: "nodes/max-unavailable",
  summary: "A machine config pool updates too many of its nodes at once.",
  severity: "info",
  category: "operations",
  documentation: [architecture("2.2"), architecture("3.1.3.3")],
  upstream: ["openshift/machine-config-operator pkg/controller/node/node_controller.go"],
  fix: "none",
  reads: [kinds.MachineConfigPool],
  subjects: (graph) => graph.own(kinds.MachineConfigPool),
  *check(resource, graph) {
    const value = read(resource, path);
    if (value.state === "unknown") return yield undecided(value.why);
    if (value.state === "absent") return;
    const size = poolSize(graph, poolOf(resource));
    const nodes = nodesOf(value.value, size);
    const written = plainText(value.value);
    if (value.value === "100%" || (nodes !== null && size !== null && nodes >= size && nodes > 1))
      yield fail(
        at(resource, ...path),
        `maxUnavailable ${written} lets all nodes of the pool "${resource.name}" be away at the same time`,
        { advice: "allow fewer nodes than the pool has, or leave it at one" },
      );
    else if (resource.name === "master" && nodes !== null && nodes > 1)
      yield fail(
        at(resource, ...path),
        `maxUnavailable ${written} takes ${nodes} nodes of the control plane away at once, which costs etcd its majority`,
        { advice: "leave it at one for the pool master" },
      );
    else if (nodes === null || (size === null && nodes > 1))
      yield undecided(`how many nodes the pool "${resource.name}" has`);
  },
});
