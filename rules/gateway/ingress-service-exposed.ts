import { removeKey, setValue } from "../../src/fix/edits.ts";
import { valueOr } from "../../src/mesh/field.ts";
import {
  backendsOf,
  hasNodePorts,
  isMadeRoute,
  knativePods,
  leadsToKnative,
  openingsOfGateway,
  openingsOfPods,
  openingsOfService,
  type Opening,
} from "../../src/mesh/gateway-exposure.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isServerlessMesh, serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const routeKinds = [kinds.Route, kinds.Ingress, kinds.HttpRoute, kinds.TlsRoute];

const consequence = "clients reach Knative's gateway past OpenShift's Routes";

function opened(resource: Resource, { path, by, value }: Opening): Judgement {
  const isType = by === "type";
  // The API server refuses node ports in a Service of type ClusterIP.
  const edits = isType && !hasNodePorts(resource) ? setValue(resource, path, "ClusterIP") : null;
  const removal = by === "externalIPs" ? removeKey(resource, path) : null;
  const title = isType ? "set the type to ClusterIP; external addresses vanish" : `remove ${by}`;
  const message = `${by} is ${value}: ${consequence}`;
  return fail(at(resource, ...path), message, remedy(title, "review", edits ?? removal));
}

function* checkControlPlane(smcp: Resource, graph: Graph): Generator<Judgement> {
  const serves = isServerlessMesh(graph, smcp);
  if (serves === "unknown") return yield undecided("the member roll that lists knative-serving");
  if (serves === "no") return yield notApplicable(`${label(smcp)} is not the mesh of Serverless`);
  for (const workload of knativePods(graph).filter(({ controlPlane }) => controlPlane === smcp)) {
    const openings = openingsOfGateway(graph, smcp, workload);
    if (openings.state === "unknown") yield undecided(openings.why);
    for (const opening of valueOr(openings, [])) yield opened(smcp, opening);
  }
}

function* checkService(service: Resource, graph: Graph): Generator<Judgement> {
  const openings = openingsOfService(service);
  const found = valueOr(openings, []);
  if (openings.state === "value" && found.length === 0) return;
  const leads = leadsToKnative(graph, service);
  if (leads === "no") return;
  if (openings.state === "unknown") return yield undecided(openings.why);
  if (leads === "unknown")
    return yield undecided(`whether Service ${service.name} selects the pods of Knative's gateway`);
  for (const opening of found) yield opened(service, opening);
}

function* checkRoute(route: Resource, graph: Graph): Generator<Judgement> {
  if (isMadeRoute(route)) return yield notApplicable("a controller made it");
  for (const { path, wanted, leads } of backendsOf(graph, route)) {
    if (leads === "unknown") yield undecided(`the pods of ${wanted}`);
    if (leads !== "yes") continue;
    const message = `${route.id.kind} ${route.name} leads to ${wanted}, the gateway of Knative: it gets past the Routes that Serverless makes`;
    const advice = "remove it: Serverless makes a Route for each Knative Service and DomainMapping";
    yield fail(at(route, ...path), message, { severity: "warning", advice });
  }
}

export const rule = defineRule({
  id: "gateway/ingress-service-exposed",
  summary: "The ingress gateway that Knative uses can be reached from outside past OpenShift's Routes.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [integrations("1.4.1")],
  upstream: ["maistra/istio-operator resources/smcp-templates/v2.5/base"],
  fix: "review",
  reads: [kinds.ServiceMeshControlPlane, kinds.Service, kinds.Deployment, ...routeKinds],
  subjects(graph) {
    const mesh = serverlessMesh(graph);
    if (mesh.state === "none") return notApplicable(mesh.why);
    const pods = new Set(knativePods(graph).map(({ resource }) => resource));
    return [
      ...graph.own(kinds.ServiceMeshControlPlane, kinds.Service, ...routeKinds),
      ...graph.own(kinds.Deployment).filter((deployment) => pods.has(deployment)),
    ];
  },
  *check(resource, graph) {
    if (resource.kind === kinds.ServiceMeshControlPlane) yield* checkControlPlane(resource, graph);
    else if (resource.kind === kinds.Service) yield* checkService(resource, graph);
    else if (resource.kind !== kinds.Deployment) yield* checkRoute(resource, graph);
    else
      for (const workload of knativePods(graph).filter((pods) => pods.resource === resource))
        for (const opening of openingsOfPods(workload)) yield opened(resource, opening);
  },
});
