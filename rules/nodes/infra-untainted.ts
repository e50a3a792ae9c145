import { kinds, workloadKinds } from "../../src/mesh/kinds.ts";
import { nodeGroup, nodeGroupKinds } from "../../src/mesh/nodes/groups.ts";
import {
  holdingTaints,
  infraRole,
  infraToleration,
  isInfrastructureNamespace,
} from "../../src/mesh/nodes/taints.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, atKey, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const nodeKinds = [kinds.Node, kinds.Machine, kinds.MachineSet];

function* checkNodes(resource: Resource, graph: Graph): Generator<Judgement> {
  const group = nodeGroup(resource);
  if (!group?.labels.entries.has(infraRole)) return yield notApplicable("it makes no infrastructure nodes");
  if (holdingTaints(group).length > 0) return;
  if (isPatched(graph, resource)) return yield undecided(`the taints of ${label(resource)}`);
  yield fail(
    atKey(resource, ...group.labelsPath, infraRole),
    `the infrastructure nodes of ${label(resource)} have no taint, so every workload may run there and they count as workers`,
    { advice: `add a taint ${infraRole} with the effect NoSchedule, and tolerate it in what belongs there` },
  );
}

function* checkWorkload(resource: Resource, graph: Graph): Generator<Judgement> {
  for (const pod of graph.podsOf(resource)) {
    const path = infraToleration(graph, pod);
    if (!path) continue;
    if (pod.namespace === null) yield undecided(`the namespace of ${label(resource)}`);
    else if (!isInfrastructureNamespace(pod.namespace))
      yield fail(
        at(resource, ...path),
        `${label(resource)} tolerates the taint of infrastructure nodes, and whatever is no infrastructure makes them count as workers`,
        { advice: "remove the toleration, and let it run on workers" },
      );
  }
}

export const rule = defineRule({
  id: "nodes/infra-untainted",
  summary: "Infrastructure nodes are open to workloads of users.",
  severity: "warning",
  category: "subscription",
  documentation: [architecture("3.1.1")],
  fix: "none",
  reads: [...nodeGroupKinds, ...workloadKinds],
  subjects: (graph) => [
    ...graph.own(...nodeKinds),
    ...graph
      .own(...workloadKinds)
      .filter((resource) => graph.podsOf(resource).some((pod) => pod.spec.tolerations !== undefined)),
  ],
  *check(resource, graph) {
    yield* nodeKinds.some((kind) => kind === resource.kind)
      ? checkNodes(resource, graph)
      : checkWorkload(resource, graph);
  },
});
