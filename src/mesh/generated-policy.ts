import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { annotation, annotationPlace } from "./field.ts";
import { kinds } from "./kinds.ts";
import { homeOfOperator } from "./operator-resources.ts";
import { facts, holds } from "./version-facts.ts";

const optOutKey = "serverless.openshift.io/disable-istio-net-policies-generation";

export type GeneratedPolicy =
  | {
      readonly state: "found";
      readonly policy: Resource;
      readonly namespace: string;
      /** The annotation that keeps the operator from it, present or missing. */
      readonly optOut: Path;
    }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** The NetworkPolicy that the Serverless operator makes for one of its resources where Istio is used. */
export function generatedPolicy(graph: Graph, operator: Resource): GeneratedPolicy {
  if (!holds(facts.generatedNetworkPolicies, graph.profile))
    return { state: "none", why: "the operator generates them from Serverless 1.32 on" };
  const switched = annotation(operator, optOutKey);
  if (switched.state === "unknown") return { state: "unknown", needs: switched.why };
  const policy = graph
    .all(kinds.NetworkPolicy)
    .find(({ origin }) => origin.from === "derived" && origin.parent === operator);
  if (!policy) return { state: "none", why: "the operator generates no NetworkPolicy for it" };
  const namespace = operator.namespace ?? homeOfOperator(operator);
  return { state: "found", policy, namespace, optOut: annotationPlace(operator, optOutKey).path };
}
