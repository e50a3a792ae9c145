import { setValue } from "../../src/fix/edits.ts";
import { operatorPods, overridePath } from "../../src/mesh/data-plane.ts";
import { injection, injectionInMesh } from "../../src/mesh/injection.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import { workloadOverride } from "../../src/mesh/overrides.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { probeRewrite, unwrittenSeverity } from "../../src/mesh/probe-rewrite.ts";
import { probeRewriteKey } from "../../src/mesh/sidecar-settings.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "operator/probe-rewrite-missing",
  summary:
    "The probes of an injected workload of Knative are not rewritten, so strict mutual TLS may refuse them.",
  severity: "warning",
  varies: true,
  category: "health",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/serverless.bash",
    "istio/istio pkg/kube/inject/app_probe.go",
  ],
  fix: "safe",
  reads: [...operatorKinds],
  subjects: (graph) => graph.own(...operatorKinds),
  *check(operator, graph) {
    for (const { workload, pod } of operatorPods(graph, operator)) {
      const override = workloadOverride(operator, workload.name);
      // The shipped webhooks and controllers get no sidecar; a workload without an override is another rule's.
      if (workload.injected !== "yes" || override.entries.length === 0) continue;
      const asked = injectionInMesh(graph, pod);
      if (asked.state === "unknown") yield undecided(asked.needs);
      if (asked.state !== "yes" || injection(graph, pod).state === "no") continue;
      const rewrite = probeRewrite(pod);
      if (rewrite.state === "on") continue;
      if (rewrite.state === "unknown" || override.open || isPatched(graph, operator)) {
        yield undecided(`annotation ${probeRewriteKey} of ${workload.name}`);
        continue;
      }
      const { path, entry } = overridePath(operator, workload.name, "annotation", probeRewriteKey);
      const exact = path.at(-1) === probeRewriteKey ? path : [...path, "annotations", probeRewriteKey];
      const found = rewrite.text === null ? "is missing" : `is ${JSON.stringify(rewrite.text)}`;
      yield fail(
        // Without any annotation the workload's name stands for its entry.
        at(operator, ...(path === entry ? [...path, "name"] : path)),
        `annotation ${probeRewriteKey} of ${workload.name} ${found}, and the kubelet's probes have no mesh certificate`,
        {
          severity: rewrite.refused ? "error" : unwrittenSeverity(graph, pod),
          ...remedy(`set annotation ${probeRewriteKey} to "true"`, "safe", setValue(operator, exact, "true")),
        },
      );
    }
  },
});
