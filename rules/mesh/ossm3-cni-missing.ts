import { istioCniKinds, istioKinds } from "../../src/mesh/kinds.ts";
import { meshOf } from "../../src/mesh/meshes.ts";
import { isServerlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "mesh/ossm3-cni-missing",
  summary: "Service Mesh 3 runs without its CNI plugin, which sidecars on OpenShift need.",
  severity: "error",
  category: "availability",
  documentation: [integrations("1.4.2")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/03_istiocni.yaml",
    "istio-ecosystem/sail-operator api/v1/istiocni_types.go",
  ],
  applies: "Service Mesh 3",
  fix: "review",
  reads: [...istioKinds],
  subjects: (graph) => graph.own(...istioKinds),
  *check(istio, graph) {
    const mesh = meshOf(graph, istio);
    if (!mesh || isServerlessMesh(graph, istio) === "no")
      return yield notApplicable(`${label(istio)} is not the mesh of Serverless`);
    // One plugin serves every revision: one finding for all of them.
    const [first] = mesh.controlPlanes.filter(({ resource }) => resource.standing === "own");
    if (first && first.resource.name !== istio.name)
      return yield notApplicable(`${label(first.resource)} stands for the mesh`);
    if (graph.all(...istioCniKinds).some(({ name }) => name === "default")) return;
    const patch = graph
      .fragments(...istioCniKinds)
      .find(({ form, name }) => form === "patch" && ["default", ""].includes(name));
    if (patch) return yield undecided(`${label(patch)}, whose full definition is not in the set`);
    const others = graph.all(...istioCniKinds);
    const instead = others.length > 0 ? `, and ${others.map(label).join(" and ")} is not called so` : "";
    yield fail(
      at(istio, "metadata", "name"),
      `there is no IstioCNI default${instead}: pods that ask for a sidecar do not start on OpenShift`,
      {
        related: others.map((other) => ({ at: at(other, "metadata", "name"), message: "another name" })),
        advice: "create the IstioCNI default, with a namespace of its own such as istio-cni",
      },
    );
  },
});
