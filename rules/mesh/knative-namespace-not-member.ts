import { appendItem } from "../../src/fix/edits.ts";
import { read } from "../../src/mesh/field.ts";
import { integration } from "../../src/mesh/integration.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { membership } from "../../src/mesh/membership.ts";
import type { Mesh } from "../../src/mesh/meshes.ts";
import { meshOfRoll, missingRoll, planesWithoutRoll } from "../../src/mesh/missing-members.ts";
import { type WantedMember, wantedMembers } from "../../src/mesh/missing-members.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { type Judgement, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const members = ["spec", "members"] as const;

function* requireRoll(plane: Resource, graph: Graph): Generator<Judgement> {
  const found = missingRoll(graph, plane);
  if (found.state === "unknown") yield undecided(found.needs);
  if (found.state !== "missing") return;
  const { mesh, others } = found;
  const places = others.map((roll) => roll.namespace).join(" and ");
  const elsewhere = places === "" ? "" : `, only in ${places}`;
  yield fail(
    at(plane),
    `there is no ServiceMeshMemberRoll default in ${mesh}${elsewhere}, so ${servingNamespace} is no member of the mesh`,
    {
      related: others.map((roll) => ({
        at: at(roll, "metadata", "namespace"),
        message: "a roll of another mesh",
      })),
      advice: `add a ServiceMeshMemberRoll "default" to ${mesh} that lists ${servingNamespace}`,
    },
  );
}

function* requireMember(
  roll: Resource,
  graph: Graph,
  mesh: Mesh,
  { namespace, severity }: WantedMember,
): Generator<Judgement> {
  const found = membership(graph, namespace, mesh);
  if (found.state === "unknown") return yield undecided(found.needs);
  if (found.state === "member") return;
  const list = read(roll, members);
  const isWritten = list.state === "value" && isList(list.value);
  const edits = isWritten ? appendItem(roll, members, namespace) : null;
  const what = namespace === servingNamespace ? "Serving" : "Eventing";
  const message = `${namespace} is no member of the mesh, so Knative ${what} gets no sidecars`;
  yield fail(atKey(roll, ...members), message, {
    severity,
    ...remedy(`add ${namespace} to the members`, "review", edits),
  });
}

export const rule = defineRule({
  id: "mesh/knative-namespace-not-member",
  summary: "The member roll lacks a namespace of Knative, whose pods then stay outside the mesh.",
  severity: "error",
  varies: true,
  category: "membership",
  documentation: [integrations("1.4.2"), integrations("2.3")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/smmr.yaml"],
  applies: "Service Mesh 1 and 2",
  fix: "review",
  reads: [kinds.ServiceMeshMemberRoll, kinds.ServiceMeshControlPlane],
  subjects(graph) {
    if (!integration(graph).evident) return notApplicable("nothing shows that Serverless works with a mesh");
    return [...graph.own(kinds.ServiceMeshMemberRoll), ...planesWithoutRoll(graph)];
  },
  *check(roll, graph) {
    if (roll.kind !== kinds.ServiceMeshMemberRoll) return yield* requireRoll(roll, graph);
    const found = meshOfRoll(graph, roll);
    if (found.state !== "found") return yield unsettled(found);
    for (const wanted of wantedMembers(graph)) yield* requireMember(roll, graph, found.mesh, wanted);
  },
});
