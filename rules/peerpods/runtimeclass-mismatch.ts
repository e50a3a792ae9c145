import { replaceScalar } from "../../src/fix/edits.ts";
import { valueOr } from "../../src/mesh/field.ts";
import {
  classVariable,
  mismatchOf,
  podKinds,
  requestedVm,
  runtimeClassOf,
  targetClass,
  webhooks,
} from "../../src/mesh/peerpods/runtime-classes.ts";
import { remoteClass } from "../../src/mesh/peerpods/settings.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "peerpods/runtimeclass-mismatch",
  summary: "A pod that is meant as a peer pod has not the runtime class that the webhook acts on.",
  severity: "error",
  category: "scheduling",
  documentation: [peerPods("3.1.1")],
  upstream: [
    "openshift/cloud-api-adaptor src/webhook/pkg/mutating_webhook/remove-resourcespec.go",
    "openshift/sandboxed-containers-operator controllers/ppwebhook.go",
  ],
  fix: "safe",
  reads: [...podKinds],
  subjects(graph) {
    const variables = webhooks(graph).flat();
    return graph
      .own(...podKinds)
      .filter(
        (resource) =>
          !isOwned(resource) &&
          (graph.podsOf(resource).some((pod) => runtimeClassOf(pod).state !== "absent" || requestedVm(pod)) ||
            variables.some((variable) => variable.resource === resource)),
      );
  },
  *check(resource, graph) {
    for (const pod of graph.podsOf(resource)) {
      const mismatch = mismatchOf(graph, pod);
      if (mismatch?.state === "unknown") yield undecided(mismatch.needs);
      if (mismatch?.state === "wrong")
        yield fail(at(resource, ...mismatch.path), mismatch.why, {
          advice: `set runtimeClassName: ${valueOr(targetClass(graph), remoteClass)}`,
        });
    }
    for (const variables of webhooks(graph)) {
      if (variables.some(({ name }) => name === classVariable.right)) continue;
      for (const variable of variables) {
        if (variable.resource !== resource || variable.name !== classVariable.printed) continue;
        const path = [...variable.path, "name"];
        yield fail(
          at(resource, ...path),
          `the webhook does not know ${classVariable.printed}, as the printed text wrongly spells ${classVariable.right}, and acts on ${remoteClass} as if nothing were set`,
          remedy(`write ${classVariable.right}`, "safe", replaceScalar(resource, path, classVariable.right)),
        );
      }
    }
  },
});
