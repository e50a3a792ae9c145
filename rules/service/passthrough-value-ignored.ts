import { setValue } from "../../src/fix/edits.ts";
import { annotation, annotationPlace } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { disableRouteKey, passthroughKey } from "../../src/mesh/passthrough.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const effects = {
  [passthroughKey]: "its Route is a pass-through one all the same",
  [disableRouteKey]: "it gets no Route all the same",
} as const;

export const rule = defineRule({
  id: "service/passthrough-value-ignored",
  summary: "An annotation that counts by its presence has a value that suggests otherwise.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("1.4.4")],
  upstream: [
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "review",
  reads: [kinds.KnativeService, kinds.DomainMapping],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.KnativeService, kinds.DomainMapping),
  *check(resource, graph) {
    // The annotation itself shows what is meant: no mesh has to be at hand.
    const meant = meantForIstio(graph, resource);
    if (meant.state === "no") return yield notApplicable(meant.because);
    for (const [key, effect] of Object.entries(effects)) {
      const value = annotation(resource, key);
      if (value.state === "unknown") yield undecided(value.why);
      if (value.state !== "value" || value.value === "true") continue;
      const { path } = annotationPlace(resource, key);
      const edits = setValue(resource, path, "true");
      const title = 'set it to "true", which is what happens, or remove the annotation';
      const said = `annotation ${key} is ${JSON.stringify(value.value)}, but only its presence counts: ${effect}`;
      const more = remedy(title, "review", edits);
      yield fail(at(resource, ...path), said, more);
    }
  },
});
