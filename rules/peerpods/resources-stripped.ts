import { peerPodResources, podKinds, targetClass } from "../../src/mesh/peerpods/runtime-classes.ts";
import {
  declaredResources,
  gpuHandling,
  gpuRemains,
  refusingQuota,
  scaledByUse,
  totalRemains,
} from "../../src/mesh/peerpods/stripped-resources.ts";
import { isSkipped } from "../../src/mesh/peerpods/webhook-namespaces.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, peerPods } from "../../src/rule/documents.ts";

function* effects(graph: Graph, pod: PodTemplate): Generator<Judgement> {
  const { resource, namespace } = pod;
  const declared = declaredResources(pod);
  const [gpu] = declared.filter((entry) => entry.gpu);
  const [plain] = declared.filter((entry) => !entry.gpu);
  const handling = gpuHandling(graph);
  if (gpu)
    yield fail(
      at(resource, ...gpu.path),
      `the webhook of peer pods takes ${gpu.name} away from all containers: ${gpuRemains[handling]}`,
      {
        severity: handling === "vanish" ? "error" : "warning",
        advice: "choose a machine with GPUs for the peer pod, by its instance type",
      },
    );
  else if (plain)
    yield fail(
      at(resource, ...plain.path.slice(0, -2)),
      `the webhook of peer pods empties the resources of all containers, so ${plain.name} is not booked on the node: ${totalRemains[handling]}`,
      { advice: "leave the resources out and size the machine by annotation or instance type" },
    );
  const quota = namespace === null ? null : refusingQuota(graph, namespace);
  if (quota)
    yield fail(
      at(resource, ...pod.specPath, "runtimeClassName"),
      `${label(quota.quota)} wants ${quota.key} of every container, and the webhook of peer pods takes it away, so the pods are rejected`,
      {
        severity: "error",
        advice: "run peer pods in a namespace whose quota counts kata.peerpods.io/vm instead",
        related: [{ at: at(quota.quota, "spec", "hard", quota.key), message: "the quota" }],
      },
    );
  const scaled = scaledByUse(graph, pod);
  if (scaled) {
    const own = scaled.resource.standing === "own";
    yield fail(
      own ? at(scaled.resource, ...scaled.path) : at(resource, ...pod.specPath, "runtimeClassName"),
      `${label(resource)} is scaled by its use of CPU or memory, which has no basis without the requests that the webhook of peer pods takes away`,
      { advice: "scale by requests or concurrency" },
    );
  }
}

export const rule = defineRule({
  id: "peerpods/resources-stripped",
  summary: "A peer pod asks for resources, which the webhook takes away from all its containers.",
  severity: "warning",
  varies: true,
  category: "capacity",
  documentation: [peerPods("3.1.1"), integrations("5")],
  upstream: [
    "openshift/cloud-api-adaptor src/webhook/pkg/mutating_webhook/remove-resourcespec.go (commit 8c454969 added the annotations)",
  ],
  fix: "none",
  reads: [...podKinds],
  subjects(graph) {
    if (targetClass(graph).state !== "value") return undecided("the runtime class that the webhook acts on");
    return peerPodResources(graph).filter((resource) => !isOwned(resource));
  },
  *check(resource, graph) {
    const skipped = resource.namespace === null ? "no" : isSkipped(graph, resource.namespace);
    if (skipped === "yes") return yield notApplicable("the webhook leaves the namespace out");
    if (skipped === "unknown") return yield undecided(`the labels of namespace ${resource.namespace}`);
    for (const pod of graph.podsOf(resource)) yield* effects(graph, pod);
  },
});
