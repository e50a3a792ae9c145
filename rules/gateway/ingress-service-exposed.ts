import { removeKey, setValue } from "../../src/fix/edits.ts";
import {
  backendsOf,
  hasNodePorts,
  isMadeRoute,
  knativeOpenings,
  knativePods,
  type Opening,
} from "../../src/mesh/gateway-exposure.ts";
import { kinds, routeKinds } from "../../src/mesh/kinds.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { type Judgement, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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
    if (routeKinds.some((kind) => kind === resource.kind)) return yield* checkRoute(resource, graph);
    const found = knativeOpenings(graph, resource);
    if (found.state !== "known") return yield unsettled(found);
    for (const opening of found.openings) yield opened(resource, opening);
    for (const need of found.needs) yield undecided(need);
  },
});
