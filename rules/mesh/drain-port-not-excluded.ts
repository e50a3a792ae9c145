import { appendItem, setValue } from "../../src/fix/edits.ts";
import {
  excludeInboundPortsKey,
  podExcludesPort,
  portExclusion,
  servicesExcludePort,
} from "../../src/mesh/excluded-ports.ts";
import { annotationPlace } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ports } from "../../src/mesh/knative-ports.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations, printedSo } from "../../src/rule/documents.ts";

const drainPort = ports.queueAdmin;
const why = "the kubelet's drain hook reaches queue-proxy there without a certificate";

/** A service's own annotation replaces the mesh-wide list for its pods. */
function* checkService(service: Resource, graph: Graph): Generator<Judgement> {
  for (const pod of graph.podsOf(service)) {
    const excluded = podExcludesPort(pod, drainPort);
    if (excluded.state === "unknown") yield undecided(excluded.why);
    if (excluded.state !== "value" || excluded.value) continue;
    const place = annotationPlace(pod, excludeInboundPortsKey);
    const message = `this list replaces that of the mesh and lacks ${drainPort}: ${why}`;
    yield fail(at(place.resource, ...place.path), message, { advice: `add ${drainPort} to the list` });
  }
}

function* checkControlPlane(smcp: Resource, graph: Graph): Generator<Judgement> {
  const found = portExclusion(graph, smcp, drainPort);
  if (found.state === "not-applicable" || found.state === "unknown") return yield unsettled(found);
  if (found.state === "excluded" || (found.state === "missing" && servicesExcludePort(graph, drainPort)))
    return;
  const { state, path, ofNumbers } = found;
  const printed = valueAt(smcp.value, path);
  // Integrations 1.5 prints the list once more, without what 1.4.2 has in it.
  const alone = isList(printed) && printed.length === 1 && printed[0] === ports.secureMetrics;
  const shortened = alone ? ` (${printedSo})` : "";
  const edits = found.isList ? appendItem(smcp, path, drainPort) : setValue(smcp, path, [drainPort]);
  const isReplaced = state === "replaced";
  const message = isReplaced
    ? `this list replaces the one that excludes ${drainPort} when it is applied: ${why}${shortened}`
    : `port ${drainPort} is not excluded from the sidecars: ${why}${shortened}`;
  const title = `add ${drainPort} to the ${isReplaced ? "list" : "excluded ports"}`;
  yield fail(at(smcp, ...path), message, {
    ...(isReplaced && smcp.form === "full" && { severity: "warning" }),
    ...remedy(title, "safe", isReplaced || ofNumbers ? edits : null),
  });
}

export const rule = defineRule({
  id: "mesh/drain-port-not-excluded",
  summary:
    "Port 8022 is not excluded from the sidecars, so strict mutual TLS refuses the kubelet's drain hook.",
  severity: "error",
  varies: true,
  category: "availability",
  documentation: [integrations("1.4.2"), integrations("1.5")],
  upstream: [
    "knative/serving pkg/networking/constants.go",
    "maistra/istio-operator resources/helm/v2.5/istio-control/istio-discovery/files/injection-template.yaml",
    "openshift-knative/serverless-operator hack/lib/mesh_resources/smcp.yaml",
  ],
  applies: "Serverless >= 1.31, Service Mesh 1 and 2",
  documentedFrom: "1.31",
  fix: "safe",
  reads: [kinds.ServiceMeshControlPlane, kinds.KnativeService],
  // Several definitions of one control plane are compared here: a list of one replaces that of another.
  candidates: "each",
  subjects(graph) {
    if (!holds(facts.strictMesh, graph.profile)) return notApplicable("not asked for before Serverless 1.31");
    return [
      ...graph.fragments(kinds.ServiceMeshControlPlane),
      ...graph.own(kinds.KnativeService).filter((service) => meantForIstio(graph, service).state === "yes"),
    ];
  },
  *check(resource, graph) {
    if (resource.kind === kinds.KnativeService) return yield* checkService(resource, graph);
    yield* checkControlPlane(resource, graph);
  },
});
