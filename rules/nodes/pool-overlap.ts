import { kinds } from "../../src/mesh/kinds.ts";
import { nodeGroupKinds } from "../../src/mesh/nodes/groups.ts";
import { isOpen, type Overlap, overlaps } from "../../src/mesh/nodes/overlaps.ts";
import { isCustom, poolOf } from "../../src/mesh/nodes/pools.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Problem, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "nodeSelector"];
const advice = "let each node have one pool only: one role beside worker";

function problemOf({ pool, other, nodes }: Overlap): Problem | null {
  const found = nodes ? [{ at: at(nodes.resource, ...nodes.labelsPath), message: "these nodes" }] : [];
  const where = nodes ? label(nodes.resource) : "the same nodes";
  if (other === "master") {
    const what = nodes
      ? `nodes of the control plane (${label(nodes.resource)})`
      : "nodes of the control plane";
    const message = `pool "${pool.name}" selects ${what}, which belong to the pool "master" alone`;
    return pool.resource && fail(at(pool.resource, ...path), message, { related: found, advice });
  }
  // A finding is about an object of the set: the other pool may be what is in the context.
  const [mine, its] = pool.resource?.standing === "own" ? [pool, other] : [other, pool];
  return (
    mine.resource &&
    fail(at(mine.resource, ...path), `the pools "${mine.name}" and "${its.name}" both select ${where}`, {
      related: [
        ...(its.resource ? [{ at: at(its.resource, ...path), message: "the other pool" }] : []),
        ...found,
      ],
      advice,
    })
  );
}

export const rule = defineRule({
  id: "nodes/pool-overlap",
  summary: "Two custom machine config pools, or one and the control plane's, select the same node.",
  severity: "error",
  category: "support",
  documentation: [architecture("3.1.1")],
  upstream: ["openshift/machine-config-operator pkg/helpers/helpers.go"],
  fix: "none",
  reads: [kinds.MachineConfigPool, ...nodeGroupKinds],
  subjects: (graph) => graph.own(kinds.MachineConfigPool).filter(isCustom),
  *check(resource, graph) {
    const problems = overlaps(graph).flatMap((overlap) => problemOf(overlap) ?? []);
    const mine = problems.filter(({ at: spot }) => "resource" in spot && spot.resource === resource);
    yield* mine;
    if (mine.length === 0 && isOpen(poolOf(resource)))
      yield undecided(`spec.nodeSelector of MachineConfigPool ${resource.name}`);
  },
});
