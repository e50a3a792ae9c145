import { largestNode } from "../../src/mesh/gpu/capacity.ts";
import { gpuOwners, gpuReads, gpuUsersOf, needsOf } from "../../src/mesh/gpu/gpu-users.ts";
import { gpuCount } from "../../src/mesh/gpu/options.ts";
import { gpuKey } from "../../src/mesh/gpu/resource-names.ts";
import { defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gpu/exceeds-node-capacity",
  summary: "One pod asks for more GPUs than any node has.",
  severity: "warning",
  category: "availability",
  documentation: [integrations("5.1")],
  upstream: ["openshift/machine-api-provider-aws pkg/actuators/machineset/controller.go"],
  fix: "none",
  reads: gpuReads,
  options: {
    largestNode: gpuCount(`${gpuKey} of the node with the most; 0 takes that of the MachineSets or nodes.`),
  },
  subjects: (graph) => gpuOwners(graph, "all"),
  *check(owner, graph, { options }) {
    for (const user of gpuUsersOf(graph, owner)) {
      for (const { key, count, path } of needsOf(user)) {
        if (count === 0n) continue;
        const largest = largestNode(graph, key, options.largestNode);
        if (largest.state === "unknown") yield undecided(largest.needs);
        else if (count === null) yield undecided(`the number of ${key}`);
        else if (count > largest.count)
          yield fail(
            user.spot(path),
            `a pod needs ${count} ${key}, and the largest node has ${largest.count}, so it stays Pending for ever`,
            {
              related: largest.at ? [{ at: largest.at, message: "the largest node" }] : [],
              advice: "ask for fewer GPUs in one pod, or add larger nodes",
            },
          );
      }
    }
  },
});
