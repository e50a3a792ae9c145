import { lackGpus, targetArchitectures } from "../../src/mesh/gpu/architectures.ts";
import { gpuOwners, gpuReads, gpuUsersOf, needsOf, takesGpu } from "../../src/mesh/gpu/gpu-users.ts";
import { defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gpu/unsupported-architecture",
  summary: "A Knative Service with GPUs is meant for IBM Z or IBM Power, where Serverless has none.",
  severity: "error",
  category: "compatibility",
  documentation: [integrations("5.1"), oldestIntegrations("3.1")],
  fix: "none",
  reads: gpuReads,
  subjects: (graph) => gpuOwners(graph, "services"),
  *check(owner, graph) {
    for (const user of gpuUsersOf(graph, owner)) {
      if (!takesGpu(user)) continue;
      const target = targetArchitectures(graph, user.pod);
      if (target.state === "unknown") {
        yield undecided(target.needs);
        continue;
      }
      if (!lackGpus(target.architectures)) continue;
      const [need] = needsOf(user);
      const names = target.architectures.join(" and ");
      if (target.at === null)
        yield fail(
          user.spot(need?.path ?? []),
          `the service asks for ${need?.key ?? "GPUs"}, and the profile's nodes are ${names} only, where Serverless supports no GPUs`,
          { advice: "run it on a cluster with amd64 nodes" },
        );
      else
        yield fail(
          user.spot(target.at),
          `the service asks for ${need?.key ?? "GPUs"} on ${names}, where Serverless supports no GPUs`,
          { advice: "select nodes of architecture amd64" },
        );
    }
    if (gpuUsersOf(graph, owner).every((user) => !takesGpu(user))) yield notApplicable("it takes no GPU");
  },
});
