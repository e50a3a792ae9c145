import { allGpus } from "../../src/mesh/gpu/capacity.ts";
import { gpuOwners, gpuReads } from "../../src/mesh/gpu/gpu-users.ts";
import { gpuCount } from "../../src/mesh/gpu/options.ts";
import { gpuKey } from "../../src/mesh/gpu/resource-names.ts";
import { heldBefore, heldGpus, holds, minScale } from "../../src/mesh/gpu/scale.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gpu/rollout-deadlock",
  summary: "A new revision of a service needs GPUs that the old one does not let go before.",
  severity: "warning",
  category: "availability",
  documentation: [integrations("5.1")],
  fix: "none",
  reads: [...gpuReads, kinds.MachineSet],
  options: { gpus: gpuCount(`All ${gpuKey} of the cluster; 0 takes those of its MachineSets or nodes.`) },
  subjects: (graph) => gpuOwners(graph, "services"),
  *check(owner, graph, { options, base }) {
    const mine = holds(graph).filter(({ user }) => user.owner === owner);
    if (mine.length === 0) return yield notApplicable("it always lets its GPUs go");
    for (const hold of mine) {
      const { user, key, each, path } = hold;
      const all = allGpus(graph, key, options.gpus);
      if (all.state === "unknown") {
        yield undecided(all.needs);
        continue;
      }
      const held = heldGpus(graph, key);
      if (held > all.count) {
        yield notApplicable("the services hold more GPUs than there are");
        continue;
      }
      // The old revision is that of the base, where there is one.
      const old = heldBefore(base, hold) ?? hold.count;
      const free = all.count - (held - hold.count + old);
      if (free >= each) continue;
      const left = free > 0n ? free : 0n;
      yield fail(
        user.spot(path),
        `a pod of a new revision needs ${each} ${key}, and while the old revision holds ${old} only ${left} of ${all.count} are free, so the rollout never ends`,
        {
          related: [
            { at: user.spot(minScale(user.pod).path), message: "min-scale keeps the old revision alive" },
            ...(all.at ? [{ at: all.at, message: "the GPUs that there are" }] : []),
          ],
          advice: "let the service scale to zero, or keep the GPUs of one more pod free",
        },
      );
    }
  },
});
