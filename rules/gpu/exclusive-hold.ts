import { allGpus } from "../../src/mesh/gpu/capacity.ts";
import { gpuOwners, gpuReads, type GpuUser, gpuUsersOf, needsOf } from "../../src/mesh/gpu/gpu-users.ts";
import { gpuCount } from "../../src/mesh/gpu/options.ts";
import { gpuKey } from "../../src/mesh/gpu/resource-names.ts";
import { heldGpus, holds, isBoundedByDefault, maxScale, minScale } from "../../src/mesh/gpu/scale.ts";
import type { Hold } from "../../src/mesh/gpu/scale.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label } from "../../src/model/resource.ts";
import { defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkUser({ pod, spot }: GpuUser, key: string, graph: Graph): Generator<Judgement> {
  const least = minScale(pod);
  if (least.pods.state === "unknown") yield undecided(least.pods.why);
  else if (least.pods.state === "value" && least.pods.value > 0n)
    yield fail(
      spot(least.path),
      `min-scale ${least.pods.value} keeps pods with ${key} alive without requests, and no other service gets these GPUs`,
      { advice: "let the service scale to zero, if others have to use the GPUs" },
    );
  const most = maxScale(pod);
  if (most.pods.state === "unknown") yield undecided(most.pods.why);
  else if (most.pods.state === "value" ? most.pods.value === 0n : !isBoundedByDefault(graph))
    yield fail(
      spot(most.path),
      `nothing bounds the number of pods, each of which takes ${key} for itself: those without a free GPU stay Pending`,
      { advice: "set autoscaling.knative.dev/max-scale to the pods that there are GPUs for" },
    );
}

/** The first service of the set's own speaks for all that hold GPUs of a kind. */
function* checkSum(hold: Hold, graph: Graph, option: unknown): Generator<Judgement> {
  const { user, key } = hold;
  const others = holds(graph).filter((other) => other.key === key);
  if (others.find(({ user: { owner } }) => owner.standing === "own") !== hold) return;
  const all = allGpus(graph, key, option);
  const held = heldGpus(graph, key);
  if (all.state === "unknown") return yield undecided(all.needs);
  if (held <= all.count) return;
  yield fail(
    user.spot(minScale(user.pod).path),
    `the services keep ${held} ${key} for themselves by min-scale, and there are ${all.count}`,
    {
      related: [
        ...others
          .filter((other) => other !== hold)
          .map((other) => ({
            at: other.user.spot(minScale(other.user.pod).path),
            message: `${other.count} of them by ${label(other.user.pod.resource)}`,
          })),
        ...(all.at ? [{ at: all.at, message: "the GPUs that there are" }] : []),
      ],
      advice: "lower min-scale of some of them",
    },
  );
}

export const rule = defineRule({
  id: "gpu/exclusive-hold",
  summary: "A Knative Service keeps GPUs to itself, or may want more of them than there are.",
  severity: "info",
  category: "availability",
  documentation: [integrations("5.1")],
  upstream: ["knative/serving pkg/apis/autoscaling/register.go"],
  fix: "none",
  reads: [...gpuReads, kinds.MachineSet],
  options: { gpus: gpuCount(`All ${gpuKey} of the cluster; 0 takes those of its MachineSets or nodes.`) },
  subjects: (graph) => gpuOwners(graph, "services"),
  *check(owner, graph, { options }) {
    for (const user of gpuUsersOf(graph, owner)) {
      const need = needsOf(user).find(({ count }) => count !== 0n);
      if (need) yield* checkUser(user, need.key, graph);
    }
    for (const hold of holds(graph))
      if (hold.user.owner === owner) yield* checkSum(hold, graph, options.gpus);
  },
});
