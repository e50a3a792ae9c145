import { setValue } from "../../src/fix/edits.ts";
import { annotation, annotationPlace, labelValue, valueOr } from "../../src/mesh/field.ts";
import { parseBool } from "../../src/mesh/go-values.ts";
import { injection, injectionInMesh } from "../../src/mesh/injection.ts";
import { meshesOf } from "../../src/mesh/membership.ts";
import { workloadMode } from "../../src/mesh/mtls.ts";
import { versionsOf } from "../../src/mesh/pod-versions.ts";
import { isFixed, revisionKinds, revisionTemplates } from "../../src/mesh/revision-templates.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { probeRewriteKey } from "../../src/mesh/sidecar-settings.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Severity } from "../../src/model/finding.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { atLeast } from "../../src/model/version.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function isStrict(graph: Graph, pod: PodTemplate): boolean {
  const home = meshesOf(graph, pod.namespace);
  const mode = home.state === "member" ? workloadMode(graph, pod, home.mesh) : null;
  return mode?.state === "known" && mode.mode === "STRICT";
}

/** Charts rewrite probes mesh-wide from Service Mesh 2.1 on; what the documents ask for is a safeguard there. */
function severityOf(graph: Graph, pod: PodTemplate, switchedOff: boolean): Severity {
  if (switchedOff) return isStrict(graph, pod) ? "error" : "warning";
  const versions = versionsOf(graph, pod);
  if (versions.every((version) => !atLeast(version, "2.1"))) return "error";
  const modern =
    versions.every((version) => version.major >= 3) || holds(facts.injectionByLabel, graph.profile);
  return modern ? "info" : "warning";
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
      const value = annotation(pod, probeRewriteKey);
      if (value.state === "unknown") return yield undecided(value.why);
      const text = valueOr(value, null);
      const parsed = text === null ? null : parseBool(text);
      if (parsed === true) return;

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
        severity: severityOf(graph, pod, parsed === false),
        ...(edits
          ? { fix: { title, safety: "review" as const, edits } }
          : { advice: isFixed(service) ? `${title}, in a revision with a new name` : title }),
      });
    }
  },
});
