import { workloadKinds } from "../../src/mesh/kinds.ts";
import { isGivenObject, mayBeMade } from "../../src/mesh/manifests/makers.ts";
import {
  containerLabel,
  declaredVolumes,
  mounts,
  nearObject,
  type Source,
  sources,
} from "../../src/mesh/manifests/volumes.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { isOwned, revisionKinds } from "../../src/mesh/revision-templates.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const podKinds = [...workloadKinds, ...revisionKinds];

/** Containers that the mesh fills in with volumes of its own. */
const ofMesh: readonly string[] = ["istio-proxy", "istio-init", "istio-validation"];

function* checkMounts(pod: PodTemplate, graph: Graph): Generator<Judgement> {
  const { resource } = pod;
  const declared = declaredVolumes(pod);
  for (const { name, container, path } of mounts(pod)) {
    if (declared?.has(name)) continue;
    if (declared === null) yield undecided(`the volumes of ${label(resource)}`);
    else if (ofMesh.includes(container)) yield undecided("the volumes that the mesh adds");
    else if (isPatched(graph, resource)) yield undecided(`the patches of ${label(resource)}`);
    else
      yield fail(
        at(resource, ...path),
        `${containerLabel(container)} mounts volume "${name}", which the pod does not declare, so the API server refuses it`,
        { severity: "error", advice: "declare the volume under volumes of the pod" },
      );
  }
}

function* checkSource(pod: PodTemplate, wanted: Source, graph: Graph): Generator<Judgement> {
  const { kind, name, path } = wanted;
  const { namespace, resource } = pod;
  if (isGivenObject(graph, kind, name)) return;
  const target = graph.find(kind, namespace, name, null);
  if (target.state === "found") return;
  if (namespace === null) return yield undecided(`the namespace of ${label(resource)}`);
  const near = nearObject(graph, wanted, namespace);
  if (target.state === "outside" && near === null) return yield undecided(target.why);
  if (mayBeMade(graph, kind, name)) return yield undecided(`${kind} ${name}, which another object may make`);
  const only = near ? `, only "${near.name}"` : "";
  yield fail(
    at(resource, ...path),
    target.state === "absent"
      ? `there is no ${kind} "${name}" in namespace ${namespace}${only}, so the pods do not start`
      : `the set has no ${kind} "${name}" for namespace ${namespace}${only}, which nothing else uses`,
    {
      ...(near && { related: [{ at: at(near, "metadata", "name"), message: "nearly the same name" }] }),
      advice: near ? `name ${near.name}, if it is meant` : `add the ${kind}, or make it optional`,
    },
  );
}

export const rule = defineRule({
  id: "manifest/volume-unresolved",
  summary: "Pods mount a volume that they do not declare, or need an object that is not there.",
  severity: "warning",
  varies: true,
  category: "configuration",
  documentation: [architecture("4.3.1")],
  upstream: ["kubernetes/kubernetes pkg/apis/core/validation/validation.go"],
  fix: "none",
  reads: podKinds,
  subjects: (graph) => graph.own(...podKinds).filter((resource) => !isOwned(resource)),
  *check(resource, graph) {
    for (const pod of graph.podsOf(resource)) {
      yield* checkMounts(pod, graph);
      for (const wanted of sources(pod)) yield* checkSource(pod, wanted, graph);
    }
  },
});
