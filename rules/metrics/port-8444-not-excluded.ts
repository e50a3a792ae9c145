import { appendItem, setValue } from "../../src/fix/edits.ts";
import { overridePath } from "../../src/mesh/data-plane.ts";
import { excludeInboundPortsKey, podExcludesPort, portExclusion } from "../../src/mesh/excluded-ports.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ports } from "../../src/mesh/knative-ports.ts";
import { measuredKinds, meshedPods, metricsState, podsExcludeMetrics } from "../../src/mesh/metrics-port.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

const port = ports.secureMetrics;
const why = "Prometheus asks for metrics there without a certificate of the mesh";

/** An annotation of the pods replaces the mesh-wide list for them. */
function* checkOperator(operator: Resource, graph: Graph): Generator<Judgement> {
  for (const { workload, pod } of meshedPods(graph, [operator])) {
    const excluded = podExcludesPort(pod, port);
    if (excluded.state === "unknown") yield undecided(excluded.why);
    if (excluded.state !== "value" || excluded.value) continue;
    const { path } = overridePath(operator, workload, "annotation", excludeInboundPortsKey);
    yield fail(
      at(operator, ...path),
      `this list replaces that of the mesh for ${workload} and lacks ${port}: ${why}`,
      {
        advice: `add ${port} to the list`,
      },
    );
  }
}

function* checkControlPlane(smcp: Resource, graph: Graph): Generator<Judgement> {
  const found = portExclusion(graph, smcp, port);
  if (found.state === "not-applicable" || found.state === "unknown") return yield unsettled(found);
  if (found.state === "excluded" || (found.state === "missing" && podsExcludeMetrics(graph))) return;
  const { state, path, isList, ofNumbers } = found;
  const edits = isList ? appendItem(smcp, path, port) : setValue(smcp, path, [port]);
  const message =
    state === "replaced"
      ? `this list replaces the one that excludes ${port} when it is applied: ${why}`
      : `port ${port} is not excluded from the sidecars: ${why}`;
  yield fail(at(smcp, ...path), message, {
    ...(state === "replaced" && smcp.form === "full" && { severity: "warning" as const }),
    ...remedy(`add ${port} to the excluded ports`, "safe", ofNumbers ? edits : null),
  });
}

export const rule = defineRule({
  id: "metrics/port-8444-not-excluded",
  summary: "Port 8444 is not excluded from the sidecars, so strict mutual TLS refuses Prometheus.",
  severity: "error",
  varies: true,
  category: "availability",
  documentation: [integrations("1.4.2"), integrations("1.5"), oldestIntegrations("1.4")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/monitoring/rbac_proxy_injection.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/monitoring/helpers.go",
    "maistra/istio-operator resources/helm/v2.5/istio-control/istio-discovery/files/injection-template.yaml",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "safe",
  reads: [kinds.ServiceMeshControlPlane, ...measuredKinds],
  // Several definitions of one control plane are compared here: a list of one replaces that of another.
  candidates: "each",
  subjects(graph) {
    const planes = graph.fragments(kinds.ServiceMeshControlPlane);
    const state = metricsState(graph);
    if (state === "off") return notApplicable("metrics are off");
    if (state !== "on" && planes.length > 0) return undecided("whether metrics of Knative are on");
    return [...planes, ...graph.own(...measuredKinds)];
  },
  *check(resource, graph) {
    if (resource.kind === kinds.ServiceMeshControlPlane) yield* checkControlPlane(resource, graph);
    else yield* checkOperator(resource, graph);
  },
});
