import { kinds } from "../../src/mesh/kinds.ts";
import { hasNodes, nodeSelectorOf, withoutWorkers } from "../../src/mesh/peerpods/pools.ts";
import { peerPodsState } from "../../src/mesh/peerpods/settings.ts";
import { toJson, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture, peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "peerpods/node-pool-missing",
  summary: "No node has the labels that peer pods are to run on, or the cluster has no worker.",
  severity: "warning",
  category: "scheduling",
  documentation: [peerPods("3.1.1"), architecture("3.1.1")],
  upstream: ["openshift/sandboxed-containers-operator config/peerpods/mc-50-crio-config.yaml"],
  fix: "none",
  reads: [kinds.PeerPodConfig, kinds.KataConfig],
  subjects(graph) {
    const configs = graph.own(kinds.PeerPodConfig);
    if (configs.length > 0) return configs;
    const enabled = peerPodsState(graph);
    return enabled.state === "enabled" && enabled.at.resource.standing === "own" ? [enabled.at.resource] : [];
  },
  *check(config, graph) {
    const empty = withoutWorkers(graph);
    if (empty)
      yield fail(
        at(empty.resource, ...empty.path),
        "the cluster has no worker, and peer pods need nodes of the workers' pool",
        {
          advice: "give the cluster workers",
          related: [{ at: at(config), message: "what peer pods are set up by" }],
        },
      );
    if (config.kind !== kinds.PeerPodConfig) return;
    const selector = nodeSelectorOf(config);
    if (selector.state !== "value") return yield undecided("the node selector of the PeerPodConfig");
    const found = hasNodes(graph, selector.value);
    if (found === "unknown") return yield undecided("the labels of the cluster's nodes");
    if (found === "yes") return;
    const written = valueAt(config.value, ["spec", "nodeSelector"]) !== undefined;
    yield fail(
      at(config, "spec", "nodeSelector"),
      `no node, MachineSet or MachineConfigPool has the labels ${toJson(selector.value)}${written ? "" : ", by which peer pods are placed without a node selector"}`,
      { advice: "add the pool, or select nodes that exist" },
    );
  },
});
