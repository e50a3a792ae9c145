import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { eventingNamespace } from "./namespaces.ts";

/** The one namespace that the webhook takes a resource of the Serverless operator in. */
export function homeOfOperator({ kind }: Resource): string {
  return kind === kinds.KnativeServing ? servingNamespace : eventingNamespace;
}

/** The one version that the operators serve; Eventing's and Serving's `v1alpha1` is gone. */
export function servedApiVersion({ kind }: Resource): string {
  return kind === kinds.KnativeKafka
    ? "operator.serverless.openshift.io/v1alpha1"
    : "operator.knative.dev/v1beta1";
}

/** The first by name of several objects of a kind and namespace, which may stay; null for that one itself. */
export function firstOfItsKind(graph: Graph, operator: Resource): Resource | null {
  if (operator.namespace === null) return null;
  const found = graph
    .all(operator.kind)
    .find((other) => other.namespace === operator.namespace && other.name < operator.name);
  return found ?? null;
}
