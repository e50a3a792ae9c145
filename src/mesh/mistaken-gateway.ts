import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Place } from "./field.ts";
import { policyFields } from "./authorization/fields.ts";
import { oncePer } from "./memo.ts";
import { gatewayNamespaces, istioNamespace } from "./namespaces.ts";

/** The namespace of the documents' examples, for control plane and gateway alike. */
const documented = "istio-system";

/**
 * Where a policy takes calls from a control plane's namespace although the ingress gateway's pods run elsewhere, and
 * from none of theirs: calls from outside are refused. Null: it does not.
 */
export const mistakenGateway = oncePer((graph: Graph, policy: Resource): Place | null => {
  const gateways = gatewayNamespaces(graph);
  if (gateways.state === "unknown") return null;
  const wrong = [documented, istioNamespace(graph)].filter(
    (name) => !gateways.namespaces.includes(name ?? ""),
  );
  for (const { name, negated, values } of policyFields(policy)) {
    if (name !== "namespaces" || negated) continue;
    const texts = values.map(({ text }) => text);
    if (gateways.namespaces.some((namespace) => texts.includes(namespace))) continue;
    const value = values.find(({ text }) => wrong.includes(text));
    if (value) return { resource: policy, path: value.path };
  }
  return null;
});

export function isMistakenGateway(graph: Graph, policy: Resource): boolean {
  return mistakenGateway(graph, policy) !== null;
}
