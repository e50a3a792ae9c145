import { gpuOwners, gpuReads, gpuUsersOf, needsOf } from "../../src/mesh/gpu/gpu-users.ts";
import { gpuOperator } from "../../src/mesh/gpu/operator.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "gpu/operator-missing",
  summary: "GPUs are asked for, and what makes them available to Serverless is not there.",
  severity: "info",
  category: "configuration",
  documentation: [integrations("5"), integrations("5.1")],
  fix: "none",
  reads: gpuReads,
  subjects: (graph) => {
    // The first one speaks for all of them.
    const [first] = gpuOwners(graph, "services");
    const [any] = gpuOwners(graph, "all");
    return [...new Set([first ?? any, any])].flatMap((owner) => owner ?? []);
  },
  *check(owner, graph): Generator<Judgement> {
    const users = gpuUsersOf(graph, owner);
    const user = users.find((one) => needsOf(one).length > 0);
    const [need] = user ? needsOf(user) : [];
    if (!user || !need) return yield notApplicable("its GPUs are misspelt");
    if (gpuOwners(graph, "all")[0] === owner) {
      const operator = gpuOperator(graph);
      if (operator.state === "unknown") yield undecided("the ClusterPolicy of the GPU operator");
      else if (operator.state === "absent")
        yield fail(user.spot(need.path), `nothing makes ${need.key} available: ${operator.why}`, {
          related: operator.at ? [{ at: operator.at, message: "installs the operator" }] : [],
          advice: "install the NVIDIA GPU Operator and create its ClusterPolicy",
        });
    }
    if (!user.isService) return;
    if (!graph.owns("serverless")) return yield undecided("whether Serverless is installed");
    for (const kind of [kinds.KnativeServing, kinds.KnativeEventing]) {
      const name = kind.slice(0, kind.indexOf("."));
      if (graph.all(kind).length > 0 || graph.fragments(kind).length > 0) continue;
      yield fail(
        user.spot(need.path),
        `the set installs Serverless without a ${name}, which GPUs for its services presuppose`,
        {
          advice: `add a ${name}`,
        },
      );
    }
  },
});
