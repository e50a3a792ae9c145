import { setValues } from "../../src/fix/edits.ts";
import { containersOf, peerPodResources, podKinds } from "../../src/mesh/peerpods/runtime-classes.ts";
import { targetClass } from "../../src/mesh/peerpods/runtime-classes.ts";
import { vmResource } from "../../src/mesh/peerpods/settings.ts";
import { accountsForItself, isSkipped } from "../../src/mesh/peerpods/webhook-namespaces.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "peerpods/unaccounted-namespace",
  summary: "A peer pod runs where the webhook does not look, and is counted nowhere.",
  severity: "warning",
  category: "scheduling",
  documentation: [peerPods("3.1.1")],
  upstream: [
    "openshift/cloud-api-adaptor src/webhook/config/webhook/namespace_selector_patch.yaml",
    "openshift/sandboxed-containers-operator controllers/ppwebhook.go",
  ],
  fix: "review",
  reads: [...podKinds],
  subjects(graph) {
    const target = targetClass(graph);
    if (target.state !== "value") return undecided("the runtime class that the webhook acts on");
    return peerPodResources(graph).filter((resource) => !isOwned(resource));
  },
  *check(resource, graph) {
    const { namespace } = resource;
    if (namespace === null) return yield undecided(`the namespace of ${resource.id.kind} ${resource.name}`);
    const skipped = isSkipped(graph, namespace);
    if (skipped === "no") return;
    for (const pod of graph.podsOf(resource)) {
      if (accountsForItself(pod)) continue;
      if (skipped === "unknown") {
        yield undecided(`the labels of namespace ${namespace}, by which the webhook selects`);
        continue;
      }
      const [first] = containersOf(pod);
      const path = [...(first?.path ?? pod.specPath), "resources"];
      const edits = setValues(
        resource,
        ["requests", "limits"].map((list) => [[...path, list, vmResource], "1"] as const),
      );
      yield fail(
        at(resource, ...path),
        `the webhook of peer pods leaves namespace ${namespace} out, and the first container does not ask for ${vmResource}: 1 itself, so no node counts the pod`,
        remedy(`request and limit ${vmResource}: 1 in the first container`, "review", edits),
      );
    }
  },
});
