import { setValue } from "../../src/fix/edits.ts";
import { read, readString, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { edgeRoute, passthroughKey, passthroughNeed } from "../../src/mesh/passthrough.ts";
import { isClusterLocal } from "../../src/mesh/services.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Whether the Knative Service that a DomainMapping leads to is reached from inside the cluster only. */
function leadsToLocal(mapping: Resource, graph: Graph): boolean {
  const name = valueOr(readString(mapping, ["spec", "ref", "name"]), null);
  if (name === null) return false;
  const services = graph.named(kinds.KnativeService, mapping.namespace, name);
  return services.some((service) => valueOr(isClusterLocal(service), false));
}

export const rule = defineRule({
  id: "service/domainmapping-passthrough-missing",
  summary: "The Route of a DomainMapping ends TLS in front of a gateway that takes TLS only.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.1"), integrations("1.4.4")],
  upstream: [
    "knative/serving pkg/reconciler/domainmapping/resources/ingress.go",
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "safe",
  reads: [kinds.DomainMapping],
  subjects: (graph) => graph.own(kinds.DomainMapping),
  *check(mapping, graph) {
    const need = passthroughNeed(graph, mapping);
    if (need.state === "unknown") return yield undecided(need.needs);
    if (need.state === "exempt") return yield notApplicable(need.because);
    if (need.state === "met" || read(mapping, ["spec", "tls", "secretName"]).state !== "absent") return;
    if (leadsToLocal(mapping, graph)) return yield notApplicable("it leads to a cluster-local service");

    const path = ["metadata", "annotations", passthroughKey];
    const { plain, effect } = edgeRoute(graph);
    const edits = setValue(mapping, path, "true");
    const title = `annotate the DomainMapping itself with ${passthroughKey}: "true"`;
    yield fail(
      at(mapping, ...path),
      `the DomainMapping has no certificate of its own and no annotation ${passthroughKey}, so its Route ends TLS and ${effect} (the documents print the annotation for services only)`,
      {
        ...(plain !== "none" && { severity: "warning" as const }),
        related: [
          { at: at(mapping, "spec", "tls"), message: "a certificate under spec.tls would do as well" },
        ],
        ...remedy(title, "safe", edits),
      },
    );
  },
});
