import { deploysService, tektonKinds } from "../../src/mesh/pipelines/deployers.ts";
import { pipelinesInstalled, servingInstalled } from "../../src/mesh/pipelines/prerequisites.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const deployers = (graph: Graph): readonly Resource[] =>
  graph.own(...tektonKinds).filter((resource) => deploysService(graph, resource) !== null);

export const rule = defineRule({
  id: "pipelines/prerequisite-missing",
  summary: "A pipeline deploys Knative Services, and what it needs is not installed.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("4.1")],
  fix: "none",
  reads: [...tektonKinds],
  subjects(graph) {
    // The first one speaks for all of them.
    const [first] = deployers(graph);
    return first ? [first] : notApplicable("no pipeline deploys a Knative Service");
  },
  *check(resource, graph) {
    const spot = deploysService(graph, resource);
    if (spot === null) return;
    const pipelines = pipelinesInstalled(graph);
    if (pipelines.state === "unknown") yield undecided(pipelines.needs);
    else if (pipelines.state === "absent")
      yield fail(spot, "this deploys a Knative Service, and nothing installs OpenShift Pipelines to run it", {
        related: pipelines.at ? [{ at: pipelines.at, message: "the set installs this operator" }] : [],
        advice: "add the Subscription of openshift-pipelines-operator-rh",
      });
    const serving = servingInstalled(graph);
    if (serving.state === "unknown") yield undecided(serving.needs);
    else if (serving.state === "absent")
      yield fail(spot, "this deploys a Knative Service, and there is no KnativeServing to run it", {
        advice: "add a KnativeServing",
      });
  },
});
