import { kinds } from "../../src/mesh/kinds.ts";
import { workloadFlaws } from "../../src/mesh/manifests/workload-flaws.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const workloads = [kinds.Pod, kinds.Deployment, kinds.DeploymentConfig, kinds.StatefulSet] as const;

export const rule = defineRule({
  id: "manifest/workload-kind",
  summary: "A workload is of a kind that does not fit what it runs.",
  severity: "info",
  category: "availability",
  documentation: [architecture("4.3.2")],
  fix: "none",
  reads: [...workloads],
  subjects: (graph) => graph.own(...workloads).filter((resource) => !isOwned(resource)),
  *check(resource, graph) {
    for (const pod of graph.podsOf(resource)) {
      for (const { path, why, advice } of workloadFlaws(graph, pod)) {
        // What a patch sets (replicas, volumes) is not in the object's own text.
        if (isPatched(graph, resource)) yield undecided(`the patches of ${label(resource)}`);
        else yield fail(at(resource, ...path), `${label(resource)} ${why}`, { advice });
      }
    }
  },
});
