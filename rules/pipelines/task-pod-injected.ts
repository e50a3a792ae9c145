import { setValue } from "../../src/fix/edits.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { meshKinds, kinds } from "../../src/mesh/kinds.ts";
import { taskInjection, taskKinds } from "../../src/mesh/pipelines/task-pods.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["metadata", "labels", injectKey];

export const rule = defineRule({
  id: "pipelines/task-pod-injected",
  summary: "The pods of a pipeline's tasks get a sidecar that nobody asked for.",
  severity: "warning",
  category: "availability",
  documentation: [integrations("4.2"), integrations("2.4")],
  upstream: ["istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml"],
  fix: "review",
  reads: [...taskKinds],
  subjects(graph) {
    const marked = graph.all(kinds.Namespace, ...meshKinds);
    if (marked.length === 0) return notApplicable("there are neither namespaces nor a mesh in the set");
    return graph.own(...taskKinds).filter((resource) => !isOwned(resource));
  },
  *check(resource, graph) {
    const found = taskInjection(graph, resource);
    if (found === null) return yield notApplicable("its runs are judged");
    if (found.state === "unknown") return yield undecided(found.needs);
    if (found.state === "no" || !["namespace", "automatic"].includes(found.cause)) return;
    yield fail(
      at(resource, ...path),
      `the pods of ${resource.id.kind} ${resource.name} get a sidecar, as ${found.reason}: it outlives the steps, and they start without network`,
      remedy(`set label ${injectKey}: "false"`, "review", setValue(resource, path, "false")),
    );
  },
});
