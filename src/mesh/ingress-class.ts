import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { readBoolean } from "./field.ts";
import type { Place } from "./field.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { configMap, configValue } from "./operator-config.ts";

/** Which ingress a KnativeServing gives its services (definition D10). */
export type IngressClass =
  | {
      readonly state: "istio" | "kourier" | "other";
      /** The field that decides, present or missing. */
      readonly at: Place;
    }
  | { readonly state: "unknown"; readonly needs: string };

export const istioClass = "istio.ingress.networking.knative.dev";
export const kourierClass = "kourier.ingress.networking.knative.dev";

/** The ingress that a class name stands for. */
export function ingressOfClass(name: string): "istio" | "kourier" | "other" {
  if (name === istioClass) return "istio";
  return name === kourierClass ? "kourier" : "other";
}

/** The default ingress of one candidate (serverless-operator `openshift-knative-operator/pkg/serving/ingress.go`). */
export function ingressClass(serving: Resource): IngressClass {
  const decided = (state: "istio" | "kourier" | "other", path: Place["path"]): IngressClass => ({
    state,
    at: { resource: serving, path },
  });
  const named = configValue(serving, "network", "ingress-class", "ingress.class");
  if (named.state === "unknown") return { state: "unknown", needs: named.why };
  if (named.state === "value") return decided(ingressOfClass(named.value), named.path);
  const map = configMap(serving, "network");
  // The full name drops the operator's defaults; without a class the networking library falls back to Istio.
  if (map.state === "value" && map.value.full) return decided("istio", map.value.path);
  const istioPath = ["spec", "ingress", "istio", "enabled"];
  const kourierPath = ["spec", "ingress", "kourier", "enabled"];
  const kourier = readBoolean(serving, kourierPath);
  if (kourier.state === "unknown") return { state: "unknown", needs: kourier.why };
  if (kourier.state === "value" && kourier.value) return decided("kourier", kourierPath);
  const istio = readBoolean(serving, istioPath);
  if (istio.state === "unknown") return { state: "unknown", needs: istio.why };
  return decided(istio.state === "value" && istio.value ? "istio" : "kourier", istioPath);
}

/** Every candidate of KnativeServing with its ingress. */
export const ingressClasses = once((graph: Graph) =>
  graph.all(kinds.KnativeServing).map((serving) => ({ serving, ingress: ingressClass(serving) })),
);

/**
 * The ingress of the set: Istio if one candidate of its KnativeServing uses it, since every rule looks at the
 * candidates that it applies to. Unknown without a KnativeServing.
 */
export const ingress = once((graph: Graph): IngressClass => {
  const answers = ingressClasses(graph).map((candidate) => candidate.ingress);
  for (const state of ["istio", "unknown", "kourier", "other"]) {
    const answer = answers.find((candidate) => candidate.state === state);
    if (answer) return answer;
  }
  return { state: "unknown", needs: "the KnativeServing, which says what ingress is used" };
});

/** The candidates of KnativeServing whose services use Istio. */
export const istioServings = once((graph: Graph): readonly Resource[] =>
  ingressClasses(graph)
    .filter((candidate) => candidate.ingress.state === "istio")
    .map((candidate) => candidate.serving),
);
