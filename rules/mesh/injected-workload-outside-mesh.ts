import { appendItem } from "../../src/fix/edits.ts";
import { readList } from "../../src/mesh/field.ts";
import { injectionInMesh } from "../../src/mesh/injection.ts";
import { familyOfProfile } from "../../src/mesh/control-planes.ts";
import { kinds, workloadKinds } from "../../src/mesh/kinds.ts";
import { isExcludedNamespace, meshesOf } from "../../src/mesh/membership.ts";
import { meshes } from "../../src/mesh/meshes.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import type { Fix } from "../../src/model/finding.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const subjects = [...workloadKinds, kinds.ContainerSource] as const;

/** Lists the namespace in the roll of Serverless' mesh, or of the only one. */
function membershipFix(graph: Graph, namespace: string): { readonly fix?: Fix; readonly advice?: string } {
  if (isExcludedNamespace(namespace))
    return { advice: "move the workload to a namespace that can be a member of the mesh" };
  const found = serverlessMesh(graph);
  const all = meshes(graph);
  const mesh = found.state === "found" ? found.mesh : all.length === 1 ? all[0] : undefined;
  const path = ["spec", "members"];
  const roll = mesh?.rolls.find(
    (candidate) => candidate.standing === "own" && readList(candidate, path).state === "value",
  );
  const title = `add ${namespace} to the member roll`;
  const edits = roll ? appendItem(roll, path, namespace) : null;
  return remedy(title, "review", edits);
}

function* checkPod(pod: PodTemplate, graph: Graph): Generator<Judgement> {
  const wish = injectionInMesh(graph, pod);
  if (wish.state === "unknown") return yield undecided(wish.needs);
  if (wish.state === "no" || (wish.cause !== "label" && wish.cause !== "annotation"))
    return yield notApplicable("it asks for no sidecar");
  if (pod.namespace !== null && meshes(graph).some((mesh) => mesh.namespace === pod.namespace))
    return yield notApplicable("it runs beside the control plane");
  const home = meshesOf(graph, pod.namespace);
  if (home.state === "unknown") return yield undecided(home.needs);
  if (home.state === "member" || pod.namespace === null) return;
  yield fail(
    at(wish.at.resource, ...wish.at.path),
    `${wish.reason}, but namespace ${pod.namespace} is a member of no mesh: the pods get none`,
    membershipFix(graph, pod.namespace),
  );
}

export const rule = defineRule({
  id: "mesh/injected-workload-outside-mesh",
  summary: "A workload asks for a sidecar in a namespace that is a member of no mesh, and gets none.",
  severity: "warning",
  category: "membership",
  documentation: [integrations("1.4.4"), integrations("2.4")],
  upstream: [
    "maistra/istio-operator resources/helm/v2.5/istio-control/istio-discovery/templates/mutatingwebhook.yaml",
    "maistra/istio-operator pkg/controller/servicemesh/controlplane/namespace_labels.go",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "review",
  reads: [...subjects],
  subjects(graph) {
    const families = meshes(graph).map((mesh) => mesh.family);
    if (families.length === 0) families.push(familyOfProfile(graph.profile));
    if (families.includes("ossm3")) return notApplicable("Service Mesh 3 has no member rolls");
    return graph.own(...subjects);
  },
  *check(workload, graph) {
    for (const pod of graph.podsOf(workload)) yield* checkPod(pod, graph);
  },
});
