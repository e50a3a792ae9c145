import { setValue } from "../../src/fix/edits.ts";
import { controlPlaneOf } from "../../src/mesh/control-planes.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { meshOf } from "../../src/mesh/meshes.ts";
import { controlPlaneMode, mtlsPath, namespaceMode } from "../../src/mesh/mtls.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { strictNamespaces } from "../../src/mesh/strict-namespaces.ts";
import { holds, facts } from "../../src/mesh/version-facts.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/smcp-mtls-not-strict",
  summary: "The control plane of the Serverless mesh does not enforce mutual TLS in strict mode.",
  severity: "error",
  varies: true,
  category: "security",
  documentation: [integrations("1"), integrations("1.4.2"), integrations("2.3")],
  upstream: [
    "maistra/istio-operator resources/helm/v2.5/mesh-config/templates/enable-mesh-permissive.yaml",
    "openshift-knative/serverless-operator hack/lib/mesh_resources/smcp.yaml",
  ],
  applies: "Service Mesh 1 and 2; a warning up to Serverless 1.30",
  documentedFrom: "1.31",
  fix: "review",
  reads: [kinds.ServiceMeshControlPlane],
  subjects: (graph) => graph.own(kinds.ServiceMeshControlPlane),
  *check(smcp, graph) {
    const serves = isServerlessMesh(graph, smcp);
    if (serves === "unknown") return yield undecided("the member roll that lists knative-serving");
    const plane = controlPlaneOf(graph, smcp);
    const mesh = meshOf(graph, smcp);
    if (serves === "no" || !plane || !mesh)
      return yield notApplicable(`${label(smcp)} is not the mesh of Serverless`);

    const mode = controlPlaneMode(graph, mesh, plane);
    if (mode.state === "unknown") return yield undecided(mode.needs);
    if (mode.mode === "STRICT") return;
    // Policies of the namespaces do as well, if every one of them has its own.
    const others = strictNamespaces(graph).map((namespace) => namespaceMode(graph, namespace, mesh));
    const open = others.find((other) => other.state === "unknown");
    const weak = others.some((other) => other.state === "known" && other.mode !== "STRICT");
    if (!weak) return open?.state === "unknown" ? yield undecided(open.needs) : undefined;

    const path = mtlsPath(plane);
    const edits = setValue(smcp, path, true);
    const strictEdition = holds(facts.strictMesh, graph.profile);
    const said =
      mode.at?.resource === smcp ? "mtls is not true, which means PERMISSIVE" : `the mode is ${mode.mode}`;
    yield fail(
      at(smcp, ...path),
      `${said}: the mesh of Serverless also takes callers without a certificate`,
      {
        ...(!strictEdition && { severity: "warning" as const, documentation: [olderIntegrations("1.3")] }),
        related: mode.at && mode.at.resource !== smcp ? [{ at: mode.at, message: "decides the mode" }] : [],
        ...(edits
          ? {
              fix: {
                title: "set mtls to true; clients without a sidecar are cut off then",
                safety: "review" as const,
                edits,
              },
            }
          : { advice: "set mtls to true" }),
      },
    );
  },
});
