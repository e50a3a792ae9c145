import { kinds } from "../../src/mesh/kinds.ts";
import { demands } from "../../src/mesh/peerpods/demand.ts";
import { nodeCount } from "../../src/mesh/peerpods/pools.ts";
import { podKinds } from "../../src/mesh/peerpods/runtime-classes.ts";
import { limitPerNode } from "../../src/mesh/peerpods/settings.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "peerpods/capacity-exceeded",
  summary: "The set wants more peer pods at the same time than its nodes may run.",
  severity: "info",
  category: "capacity",
  documentation: [peerPods("3.1.1")],
  fix: "none",
  reads: [...podKinds],
  options: {
    nodes: {
      default: 0,
      schema: { type: "integer", minimum: 0 },
      description: "How many nodes take peer pods; 0: as many as MachineSets and Nodes tell.",
    },
  },
  applicable: (graph) => (demands(graph)?.length === 0 ? notApplicable("no peer pods in the set") : null),
  *check(graph, { options }) {
    const wanted = demands(graph);
    const limit = limitPerNode(graph);
    const nodes = typeof options.nodes === "number" && options.nodes > 0 ? options.nodes : nodeCount(graph);
    if (wanted === null) return yield undecided("the number of replicas of every peer pod");
    if (nodes === null) return yield undecided("the number of nodes that take peer pods");
    if (limit.state !== "value") return yield undecided(limit.state === "unknown" ? limit.why : "the limit");
    const capacity = limit.value * nodes;
    const least = wanted.reduce((sum, demand) => sum + demand.least, 0);
    const [largest] = [...wanted].sort((a, b) => b.least - a.least);
    if (!largest || least <= capacity) return;
    const room = `${nodes} ${nodes === 1 ? "node" : "nodes"} with a limit of ${limit.value} ${nodes === 1 ? "has" : "have"} room for ${capacity}`;
    const related = graph
      .own(kinds.PeerPodConfig)
      .map((config) => ({ at: at(config, "spec", "limit"), message: "the limit of each node" }));
    yield fail(
      at(largest.pod.resource, ...largest.pod.specPath, "runtimeClassName"),
      `the set wants ${least} peer pods at the same time, and ${room}: the rest stays pending`,
      { advice: "raise the limit, add nodes, or lower the scale", related },
    );
  },
});
