import type { Graph } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { annotation, annotationPlace, scalarText, type Place } from "./field.ts";
import { parseBool } from "./go-values.ts";
import { ingress, ingressClass } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { workloadOverride } from "./overrides.ts";
import { isPatched } from "./patches.ts";
import { readBoolean, valueOr } from "./field.ts";
import { facts, holds } from "./version-facts.ts";
import { atLeast } from "../model/version.ts";

/** The variable by which net-istio and net-kourier read only the Secrets with a label. */
export const filteringVariable = "ENABLE_SECRET_INFORMER_FILTERING_BY_CERT_UID";
/** The annotation of KnativeServing that did the same before Serverless 1.32. */
export const filteringAnnotation = "serverless.openshift.io/enable-secret-informer-filtering";
/** The label that a Secret needs then; any value will do, even an empty one. */
export const certificateLabel = "networking.internal.knative.dev/certificate-uid";
/** The container and workload that read the variable. */
export const filteringContainer = "controller";
export const filteringWorkload = "net-istio-controller";

/** Whether a variable's name is, or may be meant as, that of the filter; the documents have it once without a word. */
export function resemblesFilteringVariable(name: string): boolean {
  const known = name.replace("ENABLE_SECRET_INFORMER_BY_CERT_UID", filteringVariable);
  return nearest(known, [filteringVariable], 6) !== null;
}

export type Filtering =
  | { readonly state: "on"; readonly because: string; readonly at: Place }
  | {
      readonly state: "off";
      readonly because: string;
      readonly at: Place;
      /** Somebody switched it off; else it is not on by default, or gets lost. */
      readonly explicit: boolean;
    }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether both ingresses are enabled: then the operator's default for net-istio gets lost. */
export function hasBothIngresses(serving: Resource): boolean {
  return ["istio", "kourier"].every((name) =>
    valueOr(readBoolean(serving, ["spec", "ingress", name, "enabled"]), false),
  );
}

/** What the variable says, in the container that reads it; null: no override sets it. */
export function filteringOverride(
  serving: Resource,
): { readonly text: string | null; readonly at: Place } | null {
  const setting = workloadOverride(serving, filteringWorkload).env.get(
    `${filteringContainer}/${filteringVariable}`,
  );
  if (!setting) return null;
  const text = scalarText(setting.value) ?? null;
  return { text, at: { resource: serving, path: setting.path } };
}

function byAnnotation(graph: Graph, serving: Resource): Filtering {
  const value = annotation(serving, filteringAnnotation);
  const at = annotationPlace(serving, filteringAnnotation);
  if (value.state === "unknown") return { state: "unknown", needs: value.why };
  const counts = holds(facts.filteringAnnotation, graph.profile);
  const on = counts && value.state === "value" && parseBool(value.value) === true;
  if (on) return { state: "on", because: `annotation ${filteringAnnotation} asks for it`, at };
  const explicit = counts && value.state === "value";
  return { state: "off", because: "nothing asks for it, and it is no default yet", at, explicit };
}

/**
 * Whether net-istio of a KnativeServing sees only the Secrets with the label (serverless-operator
 * `openshift-knative-operator/pkg/serving/secretinformerfiltering.go`; rules secret/).
 */
export function filteringOf(graph: Graph, serving: Resource): Filtering {
  const { serverless } = graph.profile;
  if (atLeast(serverless, "1.28")) {
    const override = filteringOverride(serving);
    if (override !== null) {
      const said = override.text === null ? null : parseBool(override.text);
      if (said === null) return { state: "unknown", needs: `a boolean for ${filteringVariable}` };
      const because = `${filteringVariable} is ${JSON.stringify(override.text)}`;
      return said
        ? { state: "on", because, at: override.at }
        : { state: "off", because, at: override.at, explicit: true };
    }
    if (workloadOverride(serving, filteringWorkload).open || isPatched(graph, serving))
      return { state: "unknown", needs: `the overrides of ${serving.id.kind} ${serving.name}` };
  }
  if (!holds(facts.filteringByDefault, graph.profile)) return byAnnotation(graph, serving);
  const at = { resource: serving, path: ["spec"] };
  if (hasBothIngresses(serving))
    return { state: "off", because: "with both ingresses the operator leaves it out", at, explicit: false };
  return { state: "on", because: "it is the default from Serverless 1.32 on", at };
}

/** The answer for the set: one candidate of its KnativeServing with Istio that filters is enough to need the label. */
export const secretFiltering = once((graph: Graph): Filtering => {
  const answers = graph
    .all(kinds.KnativeServing)
    .filter((serving) => ingressClass(serving).state === "istio" || hasBothIngresses(serving))
    .map((serving) => filteringOf(graph, serving));
  for (const state of ["on", "unknown", "off"]) {
    const answer = answers.find((candidate) => candidate.state === state);
    if (answer) return answer;
  }
  const used = ingress(graph);
  const needs = used.state === "unknown" ? used.needs : "a KnativeServing with Istio";
  return { state: "unknown", needs };
});
