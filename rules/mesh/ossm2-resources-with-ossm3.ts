import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import {
  labelledKinds,
  olderClaim,
  olderKinds,
  olderLabels,
  reliesOnOlderServices,
  serviceMesh3,
} from "../../src/mesh/mesh-generations.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, atKey, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkClaim(resource: Resource, graph: Graph, istio: Resource | null): Generator<Judgement> {
  const claim = olderClaim(graph, resource, istio);
  if (claim === null) return;
  if ("needs" in claim) return yield undecided(claim.needs);
  const { path, namespaces } = claim;
  const named = namespaces.join(", ");
  yield fail(
    at(resource, ...path),
    istio
      ? `${named} ${namespaces.length === 1 ? "is" : "are"} taken into a mesh of Service Mesh 2 here, and ${label(istio)} watches the same of Service Mesh 3`
      : `Service Mesh 3 has no member rolls, so this takes ${named} into no mesh`,
    {
      related: istio ? [{ at: at(istio, "metadata", "name"), message: "the other mesh" }] : [],
      advice: "keep one of the two meshes for Serverless",
    },
  );
}

function* checkServing(serving: Resource, graph: Graph): Generator<Judgement> {
  if (ingressClass(serving).state !== "istio" || !reliesOnOlderServices(graph, serving)) return;
  yield fail(
    at(serving, "spec", "config", "istio"),
    "no gateways are configured, so Knative looks for the Services of Service Mesh 2 in istio-system, which Service Mesh 3 does not make",
    { advice: "name the Services of your own gateways in spec.config.istio" },
  );
}

export const rule = defineRule({
  id: "mesh/ossm2-resources-with-ossm3",
  summary: "Serverless runs in Service Mesh 3 and still relies on objects of Service Mesh 2.",
  severity: "warning",
  category: "compatibility",
  documentation: [integrations("1.1"), integrations("1.4.2")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh3.bash, hack/lib/mesh_v3_resources",
    "ReToCode/oss-ossm-3-integration README.md",
  ],
  applies: "Service Mesh 3",
  fix: "none",
  reads: [...olderKinds, ...labelledKinds, kinds.KnativeServing],
  subjects: (graph) =>
    serviceMesh3(graph) === null
      ? notApplicable("nothing says that Serverless is in Service Mesh 3")
      : graph.own(...olderKinds, ...labelledKinds, kinds.KnativeServing),
  *check(resource, graph) {
    if (resource.kind === kinds.KnativeServing) return yield* checkServing(resource, graph);
    if (olderKinds.some((kind) => kind === resource.kind))
      return yield* checkClaim(resource, graph, serviceMesh3(graph)?.istio ?? null);
    for (const path of olderLabels(graph, resource))
      yield fail(
        atKey(resource, ...path),
        `label ${path.at(-1)} belongs to Service Mesh 2, and nothing sets or reads it in Service Mesh 3`,
        { advice: "leave it out, or use the labels of Service Mesh 3 such as istio-injection" },
      );
  },
});
