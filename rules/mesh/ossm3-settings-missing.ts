import { setValue } from "../../src/fix/edits.ts";
import { knativePods } from "../../src/mesh/gateway-exposure.ts";
import { istioKinds, kinds } from "../../src/mesh/kinds.ts";
import { sailPorts } from "../../src/mesh/sail-ports.ts";
import { podSecretAccess } from "../../src/mesh/secret-access.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkPorts(istio: Resource, graph: Graph): Generator<Judgement> {
  const found = sailPorts(graph, istio);
  if (found.state === "not-applicable" || found.state === "unknown") return yield unsettled(found);
  const { lacking, needs, path, text } = found;
  if (needs !== null) yield undecided(needs);
  if (lacking.length === 0) return;
  const numbers = lacking.map(({ port }) => port).join(" and ");
  const subject = lacking.length === 1 ? `port ${numbers} is` : `ports ${numbers} are`;
  const callers = lacking.map(({ caller }) => caller).join(" and ");
  yield fail(
    at(istio, ...path),
    `${subject} not excluded from the sidecars, so strict mutual TLS refuses ${callers}`,
    remedy(`set excludeInboundPorts to "${text}"`, "review", setValue(istio, path, text)),
  );
}

function* checkGateway(deployment: Resource, graph: Graph): Generator<Judgement> {
  for (const { pod, namespace } of knativePods(graph).filter((pods) => pods.resource === deployment)) {
    const access = podSecretAccess(graph, pod, namespace);
    if (access.state === "unknown") return yield undecided(access.needs);
    if (access.state === "no")
      yield fail(
        at(deployment, ...access.path),
        `service account ${access.account} of the gateway may not ${access.lacking.join(", ")} Secrets in ${namespace}, so it gets no certificate`,
        { advice: `bind a Role with get, list and watch of secrets in ${namespace} to it` },
      );
  }
}

export const rule = defineRule({
  id: "mesh/ossm3-settings-missing",
  summary: "Service Mesh 3 lacks a setting that the control plane of Service Mesh 2 had a field for.",
  severity: "error",
  category: "availability",
  documentation: [integrations("1.4.2"), integrations("1.5")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/02_istio.yaml",
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/05_gateway_deploy.yaml",
  ],
  applies: "Service Mesh 3",
  fix: "review",
  reads: [...istioKinds, kinds.Deployment],
  candidates: "each",
  subjects(graph) {
    const found = serverlessMesh(graph);
    if (found.state === "none") return notApplicable(found.why);
    if (found.state === "found" && found.mesh.family !== "ossm3")
      return notApplicable("the mesh of Serverless is not one of Service Mesh 3");
    const pods = knativePods(graph).filter(({ controlPlane }) => controlPlane === null);
    const deployments = new Set(pods.map(({ resource }) => resource));
    return [
      ...graph.own(...istioKinds),
      ...graph.own(kinds.Deployment).filter((deployment) => deployments.has(deployment)),
    ];
  },
  check: (resource, graph) =>
    resource.kind === kinds.Deployment ? checkGateway(resource, graph) : checkPorts(resource, graph),
});
