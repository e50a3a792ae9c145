import { setValue } from "../../src/fix/edits.ts";
import { goesWith } from "../../src/mesh/alternatives.ts";
import { ingressClass, istioServings } from "../../src/mesh/ingress-class.ts";
import { integration } from "../../src/mesh/integration.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { knativeGatewaysOf } from "../../src/mesh/knative-gateways.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations, oldestIntegrations } from "../../src/rule/documents.ts";

const path = ["spec", "ingress", "istio", "enabled"];

/** A Gateway that was made for Knative; the text where the configuration says that Serving belongs to a mesh. */
function evidence(graph: Graph, serving: Resource): Resource | string | null {
  const named = knativeGatewaysOf(graph, serving).gateways.flatMap((gateway) => gateway.resources);
  if (named[0]) return named[0];
  const found = integration(graph);
  if (!found.evident || found.because === "serving") return null;
  if (found.because === "gateway") return found.at?.resource ?? null;
  return found.at === null ? "the configuration, which makes knative-serving a member of the mesh" : null;
}

export const rule = defineRule({
  id: "serving/istio-ingress-not-enabled",
  summary: "Gateways of the mesh wait for Knative, but its Serving does not use Istio.",
  severity: "error",
  category: "configuration",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3"), oldestIntegrations("1.3")],
  upstream: ["openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/ingress.go"],
  fix: "review",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving);
    if (used.state === "unknown") return yield undecided(used.needs);
    if (used.state === "istio") return;
    // Kourier by decision, with or without sidecars, is the documents' other way (Integrations 1.6).
    if (used.at.path.join() !== path.join()) return yield notApplicable(`${used.state} is chosen explicitly`);
    const found = evidence(graph, serving);
    if (found === null) return yield notApplicable("nothing shows that Serverless works with a mesh");
    if (isPatched(graph, serving)) return yield undecided("the patches of the KnativeServing");
    const gateway = typeof found === "string" ? null : found;
    // If a candidate uses Istio, the requirement is met.
    const match = gateway && istioServings(graph).length === 0 ? goesWith(graph, serving, gateway) : "yes";
    if (gateway && match === "unknown")
      return yield undecided(`which KnativeServing of several folders is applied with ${label(gateway)}`);
    if (gateway && match === "other")
      return yield notApplicable(`${label(gateway)} lies beside another KnativeServing`);
    const title = "set spec.ingress.istio.enabled to true";
    const edits = setValue(serving, path, true);
    yield fail(
      at(serving, ...path),
      `Istio is not enabled as the ingress, so the operator installs Kourier, in spite of ${gateway ? label(gateway) : String(found)}`,
      {
        related: gateway ? [{ at: at(gateway, "metadata", "name"), message: "a Gateway for Knative" }] : [],
        ...(edits ? { fix: { title, safety: "review" as const, edits } } : { advice: title }),
      },
    );
  },
});
