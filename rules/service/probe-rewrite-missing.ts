import { setValue } from "../../src/fix/edits.ts";
import { annotationPlace, labelValue } from "../../src/mesh/field.ts";
import { injection, injectionInMesh } from "../../src/mesh/injection.ts";
import { meshesOf } from "../../src/mesh/membership.ts";
import { workloadMode } from "../../src/mesh/mtls.ts";
import { probeRewrite, unwrittenSeverity } from "../../src/mesh/probe-rewrite.ts";
import { isFixed, revisionKinds, revisionTemplates } from "../../src/mesh/revision-templates.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { probeRewriteKey } from "../../src/mesh/sidecar-settings.ts";
import type { Severity } from "../../src/model/finding.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function refusedSeverity(graph: Graph, pod: PodTemplate): Severity {
  const home = meshesOf(graph, pod.namespace);
  const mode = home.state === "member" ? workloadMode(graph, pod, home.mesh) : null;
  return mode?.state === "known" && mode.mode === "STRICT" ? "error" : "warning";
}

export const rule = defineRule({
  id: "service/probe-rewrite-missing",
  summary:
    "The probes of an injected Knative Service are not rewritten, so strict mutual TLS may refuse them.",
  severity: "warning",
  varies: true,
  category: "health",
  documentation: [integrations("1.4.4")],
  upstream: [
    "istio/istio pkg/kube/inject/app_probe.go",
    "maistra/istio-operator resources/helm/v2.5/istio-control/istio-discovery/values.yaml",
  ],
  fix: "review",
  reads: [...revisionKinds],
  subjects: revisionTemplates,
  *check(service, graph) {
    const meant = meantForIstio(graph, service);
    if (meant.state === "unknown") return yield undecided(meant.needs);
    if (meant.state === "no") return yield notApplicable(meant.because);
    for (const pod of graph.podsOf(service)) {
      const asked = injectionInMesh(graph, pod);
      if (asked.state === "unknown") return yield undecided(asked.needs);
      if (asked.state === "no" || injection(graph, pod).state === "no")
        return yield notApplicable("its pods get no sidecar");
      const rewrite = probeRewrite(pod);
      if (rewrite.state === "unknown") return yield undecided(rewrite.why);
      if (rewrite.state === "on") return;
      const { text, refused } = rewrite;
      const place = annotationPlace(pod, probeRewriteKey);
      const hasLabel = labelValue(pod, probeRewriteKey).state !== "absent";
      const asLabel = hasLabel ? " (the label of that name does nothing)" : "";
      const found =
        text === null
          ? `annotation ${probeRewriteKey} is missing${asLabel}`
          : `annotation ${probeRewriteKey} is ${JSON.stringify(text)}`;
      const title = `set annotation ${probeRewriteKey} to "true"`;
      const edits = isFixed(service) ? null : setValue(service, place.path, "true");
      const printed =
        text === null && !hasLabel ? " (the samples that the documents print lack it, too)" : "";
      const message = `${found}, and the kubelet's probes have no mesh certificate${printed}`;
      yield fail(at(service, ...place.path), message, {
        severity: refused ? refusedSeverity(graph, pod) : unwrittenSeverity(graph, pod),
        ...remedy(isFixed(service) ? `${title}, in a revision with a new name` : title, "review", edits),
      });
    }
  },
});
