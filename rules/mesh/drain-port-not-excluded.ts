import { appendItem, setValue } from "../../src/fix/edits.ts";
import { controlPlaneMode } from "../../src/mesh/mtls.ts";
import { controlPlaneOf } from "../../src/mesh/control-planes.ts";
import {
  excludeInboundPortsKey,
  excludesPort,
  podExcludesPort,
  portPaths,
} from "../../src/mesh/excluded-ports.ts";
import { annotationPlace, read, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ports } from "../../src/mesh/knative-ports.ts";
import { meshOf } from "../../src/mesh/meshes.ts";
import { isServerlessMesh, serverlessControlPlanes } from "../../src/mesh/serverless-mesh.ts";
import { knativeServices, meantForIstio } from "../../src/mesh/services.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { isList } from "../../src/model/value.ts";
import {
  at,
  defineRule,
  fail,
  type Judgement,
  notApplicable,
  undecided,
  remedy,
} from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const drainPort = ports.queueAdmin;
const why = "the kubelet's drain hook reaches queue-proxy there without a certificate";

/** A service's own annotation replaces the mesh-wide list for its pods. */
function* checkService(service: Resource, graph: Graph): Generator<Judgement> {
  for (const pod of graph.podsOf(service)) {
    const excluded = podExcludesPort(pod, drainPort);
    if (excluded.state === "unknown") yield undecided(excluded.why);
    if (excluded.state !== "value" || excluded.value) continue;
    const place = annotationPlace(pod, excludeInboundPortsKey);
    yield fail(
      at(place.resource, ...place.path),
      `this list replaces that of the mesh and lacks ${drainPort}: ${why}`,
      {
        advice: `add ${drainPort} to the list`,
      },
    );
  }
}

/** All services bring the port themselves: then the mesh-wide list does not matter. */
function servicesExclude(graph: Graph): boolean {
  const pods = knativeServices(graph).flatMap((service) => graph.podsOf(service));
  return pods.length > 0 && pods.every((pod) => valueOr(podExcludesPort(pod, drainPort), false));
}

function* checkControlPlane(smcp: Resource, graph: Graph): Generator<Judgement> {
  const serves = isServerlessMesh(graph, smcp);
  if (serves === "unknown") return yield undecided("the member roll that lists knative-serving");
  const plane = controlPlaneOf(graph, smcp);
  const mesh = meshOf(graph, smcp);
  if (serves === "no" || !plane || !mesh)
    return yield notApplicable(`${label(smcp)} is not the mesh of Serverless`);
  const mode = controlPlaneMode(graph, mesh, plane);
  if (mode.state === "unknown") return yield undecided(mode.needs);
  if (mode.mode !== "STRICT") return yield notApplicable("mutual TLS is not strict, so plain callers get in");

  const excluded = excludesPort(graph, smcp, drainPort);
  if (excluded.state === "unknown") return yield undecided(excluded.why);
  if (valueOr(excluded, false) || servicesExclude(graph)) return;
  const path = portPaths(graph, smcp).excluded;
  const list = read(smcp, path);
  const edits =
    list.state === "value" && isList(list.value)
      ? appendItem(smcp, path, drainPort)
      : setValue(smcp, path, [drainPort]);
  const title = `add ${drainPort} to the excluded ports`;
  yield fail(
    at(smcp, ...path),
    `port ${drainPort} is not excluded from the sidecars: ${why}`,
    edits && plane.family === "ossm2"
      ? { fix: { title, safety: "safe" as const, edits } }
      : { advice: title },
  );
}

/** A patch, or another definition of the control plane, replaces the list as a whole: it has to be complete too. */
function* checkReplacement(smcp: Resource, graph: Graph): Generator<Judgement> {
  const path = portPaths(graph, smcp).excluded;
  const list = read(smcp, path);
  if (list.state !== "value" || !isList(list.value) || list.value.includes(drainPort)) return;
  const edits = appendItem(smcp, path, drainPort);
  const title = `add ${drainPort} to the list`;
  yield fail(
    at(smcp, ...path),
    `this list replaces the one that excludes ${drainPort} when it is applied: ${why}`,
    {
      ...(smcp.form === "full" && { severity: "warning" as const }),
      ...remedy(title, "safe", edits),
    },
  );
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
    const planes = serverlessControlPlanes(graph);
    const others = planes.filter((plane) => plane !== resource && plane.name === resource.name);
    const complete = others.find((other) => valueOr(excludesPort(graph, other, drainPort), false));
    if (complete) return yield* checkReplacement(resource, graph);
    if (resource.form === "patch")
      return yield notApplicable("a patch, and what it is applied to lacks the port too");
    if (others[0] && planes.indexOf(resource) > planes.indexOf(others[0]))
      return yield notApplicable("another definition of this control plane is reported");
    yield* checkControlPlane(resource, graph);
  },
});
