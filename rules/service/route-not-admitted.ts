import { admission } from "../../src/mesh/admitted-routes.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "service/route-not-admitted",
  summary: "A Knative Service is ready in the cluster, and no admitted Route leads to its URL.",
  severity: "warning",
  category: "routing",
  documentation: [integrations("1.4.4")],
  upstream: [
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "none",
  live: true,
  reads: [kinds.KnativeService, kinds.DomainMapping],
  subjects: (graph) => graph.own(kinds.KnativeService, kinds.DomainMapping),
  *check(resource, graph) {
    const found = admission(graph, resource);
    if (found.state === "not-applicable" || found.state === "unknown") return yield unsettled(found);
    if (found.state === "no")
      yield fail(at(resource, "metadata", "name"), found.message, {
        advice: "look at the Routes in the gateway's namespace: another one may have the host already",
      });
  },
});
