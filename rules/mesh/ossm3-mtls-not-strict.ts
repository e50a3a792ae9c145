import { replaceScalar } from "../../src/fix/edits.ts";
import { istioKinds, kinds } from "../../src/mesh/kinds.ts";
import { meshName, meshOf } from "../../src/mesh/meshes.ts";
import { meshMode, namespaceMode } from "../../src/mesh/mtls.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { strictNamespaces } from "../../src/mesh/strict-namespaces.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/ossm3-mtls-not-strict",
  summary: "No PeerAuthentication makes mutual TLS strict in the Serverless mesh of Service Mesh 3.",
  severity: "error",
  category: "security",
  documentation: [integrations("1"), integrations("1.4.2")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_v3_resources/07_peer_authentication.yaml"],
  applies: "Service Mesh 3",
  fix: "review",
  reads: [...istioKinds],
  subjects: (graph) => graph.own(...istioKinds),
  *check(istio, graph) {
    const mesh = meshOf(graph, istio);
    if (!mesh || isServerlessMesh(graph, istio) === "no")
      return yield notApplicable(`${label(istio)} is not the mesh of Serverless`);
    // Revisions of one mesh share its root namespace: one finding for all of them.
    const [first] = mesh.controlPlanes.filter(({ resource }) => resource.standing === "own");
    if (first && first.resource.name !== istio.name)
      return yield notApplicable(`${label(first.resource)} stands for the mesh`);

    const mode = meshMode(graph, mesh);
    if (mode.state === "unknown") return yield undecided(mode.needs);
    if (mode.mode === "STRICT") return;
    const others = strictNamespaces(graph).map((namespace) => namespaceMode(graph, namespace, mesh));
    const open = others.find((other) => other.state === "unknown");
    const weak = others.some((other) => other.state === "known" && other.mode !== "STRICT");
    if (!weak) return open?.state === "unknown" ? yield undecided(open.needs) : undefined;
    if (mesh.namespace === null) return yield undecided(`the namespace of ${label(istio)}`);

    const policy = mode.at?.resource;
    if (mode.at && policy?.kind === kinds.PeerAuthentication && policy.standing === "own") {
      const edits = replaceScalar(policy, mode.at.path, "STRICT");
      const title = "set the mode to STRICT; clients without a sidecar are cut off then";
      return yield fail(
        at(policy, ...mode.at.path),
        `the mode of the whole mesh is ${mode.mode}: it also takes callers without a certificate`,
        remedy(title, "review", edits),
      );
    }
    yield fail(
      at(istio, "spec", "namespace"),
      `no PeerAuthentication in ${meshName(mesh)} makes mutual TLS strict, so the mesh also takes callers without a certificate`,
      {
        advice: `add a PeerAuthentication without selector and with mode STRICT to ${meshName(mesh)}; clients without a sidecar are cut off then`,
      },
    );
  },
});
