import { annotation, annotationPlace } from "../../src/mesh/field.ts";
import { parseBool } from "../../src/mesh/go-values.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import {
  filteringAnnotation,
  filteringOverride,
  filteringVariable,
} from "../../src/mesh/secret-filtering.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import { removeKey } from "../../src/fix/edits.ts";
import { atLeast } from "../../src/model/version.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { oldestIntegrations } from "../../src/rule/documents.ts";

const replacement = `set ${filteringVariable} of net-istio-controller instead`;

export const rule = defineRule({
  id: "secret/filtering-annotation-obsolete",
  summary: "The annotation that switches the filter of Secrets is deprecated, gone, or contradicted.",
  severity: "warning",
  varies: true,
  category: "compatibility",
  documentation: [oldestIntegrations("1.6")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/secretinformerfiltering.go",
  ],
  fix: "review",
  reads: [kinds.KnativeServing],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const value = annotation(serving, filteringAnnotation);
    if (value.state === "absent") return;
    if (value.state === "unknown") return yield undecided(value.why);
    const { path } = annotationPlace(serving, filteringAnnotation);
    const { profile } = graph;
    const override = atLeast(profile.serverless, "1.28") ? filteringOverride(serving) : null;
    const wanted = parseBool(value.value);
    const remove = remedy("remove the annotation", "review", removeKey(serving, path));
    if (override?.text != null && parseBool(override.text) !== wanted)
      return yield fail(
        at(serving, ...path),
        `the annotation is "${value.value}", and ${filteringVariable} is "${override.text}", which wins`,
        { related: [{ at: at(serving, ...override.at.path), message: "the variable" }], ...remove },
      );
    if (holds(facts.filteringByDefault, profile)) {
      const off = wanted === false && override === null;
      yield fail(
        at(serving, ...path),
        off
          ? `the annotation no longer switches the filter of Secrets off: from Serverless 1.32 on it is ignored`
          : `from Serverless 1.32 on the annotation is ignored`,
        { ...(off ? { severity: "error" as const, advice: replacement } : remove) },
      );
    } else if (holds(facts.filteringAnnotationDeprecated, profile))
      yield fail(at(serving, ...path), "the annotation is deprecated from Serverless 1.28 on", {
        ...(override === null ? { advice: replacement } : remove),
      });
    else if (!holds(facts.filteringAnnotation, profile))
      yield fail(at(serving, ...path), "Serverless before 1.24 does not know the annotation", remove);
  },
});
