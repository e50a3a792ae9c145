import { readString } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { suggestion } from "../../src/model/nearest.ts";
import type { Graph } from "../../src/model/graph.ts";
import { idKey, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const refPath = ["spec", "controlPlaneRef"];

/** The control plane that a member names; null: not told. */
function refOf(member: Resource): { readonly namespace: string; readonly name: string } | null {
  const namespace = readString(member, [...refPath, "namespace"]);
  const name = readString(member, [...refPath, "name"]);
  if (namespace.state !== "value" || name.state !== "value") return null;
  return { namespace: namespace.value, name: name.value };
}

function* checkReference(member: Resource, graph: Graph): Generator<Judgement> {
  const ref = refOf(member);
  if (!ref) return yield undecided("the control plane that the ServiceMeshMember names");
  const target = graph.find(kinds.ServiceMeshControlPlane, ref.namespace, ref.name, "mesh");
  if (target.state === "outside") yield undecided(target.why);
  if (target.state !== "absent") return;
  const planes = graph.all(kinds.ServiceMeshControlPlane);
  const here = planes.filter(({ namespace }) => namespace === ref.namespace);
  const field = here.length > 0 ? "name" : "namespace";
  const known =
    here.length > 0 ? here.map(({ name }) => name) : planes.map(({ namespace }) => namespace ?? "");
  yield fail(
    at(member, ...refPath, field),
    `there is no ServiceMeshControlPlane ${ref.namespace}/${ref.name}, so the namespace joins no mesh${suggestion(ref[field], known)}`,
    {
      related: planes.map((plane) => ({ at: at(plane, "metadata", "name"), message: "a control plane" })),
      advice: "name the control plane of the mesh",
    },
  );
}

export const rule = defineRule({
  id: "mesh/member-resource-invalid",
  summary: "A ServiceMeshMember that the webhook refuses, or that names no control plane.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.2")],
  upstream: ["maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/member.go"],
  applies: "Service Mesh 1 and 2",
  fix: "none",
  reads: [kinds.ServiceMeshMember],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.ServiceMeshMember),
  *check(member, graph, { base }) {
    if (member.name !== "default")
      yield fail(
        at(member, "metadata", "name"),
        `a ServiceMeshMember has to be called default, and this one is "${member.name}"`,
        { advice: "call it default" },
      );
    const before = base?.own(kinds.ServiceMeshMember).find((other) => idKey(other) === idKey(member));
    const [old, now] = [before ?? graph.live(member), member].map((one) => one && refOf(one));
    if (old && now && (old.namespace !== now.namespace || old.name !== now.name)) {
      const field = old.namespace === now.namespace ? "name" : "namespace";
      yield fail(
        at(member, ...refPath, field),
        `controlPlaneRef was ${old.namespace}/${old.name}, and the webhook refuses to change it`,
        { advice: "delete the ServiceMeshMember and create it anew" },
      );
      return;
    }
    yield* checkReference(member, graph);
  },
});
