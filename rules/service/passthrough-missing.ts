import { setValue } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { edgeRoute, passthroughKey, passthroughNeed } from "../../src/mesh/passthrough.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "service/passthrough-missing",
  summary: "The Route of a Knative Service ends TLS in front of a gateway that takes TLS only.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.4"), integrations("2.4"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "safe",
  reads: [kinds.KnativeService],
  subjects: (graph) => graph.own(kinds.KnativeService),
  *check(service, graph) {
    const need = passthroughNeed(graph, service);
    if (need.state === "unknown") return yield undecided(need.needs);
    if (need.state === "exempt") return yield notApplicable(need.because);
    if (need.state === "met") return;

    const path = ["metadata", "annotations", passthroughKey];
    const { plain, effect } = edgeRoute(graph);
    const edits = setValue(service, path, "true");
    const title = `annotate the service itself with ${passthroughKey}: "true"`;
    yield fail(
      at(service, ...path),
      `annotation ${passthroughKey} is missing, so the Route ends TLS and ${effect}`,
      {
        ...(plain !== "none" && { severity: "warning" as const }),
        ...remedy(title, "safe", edits),
      },
    );
  },
});
