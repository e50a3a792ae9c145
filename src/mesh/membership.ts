import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import type { Value } from "../model/value.ts";
import { atLeast } from "../model/version.ts";
import { read, readList, readString } from "./field.ts";
import type { Place } from "./field.ts";
import { kinds } from "./kinds.ts";
import { anyOf, matchesSelector } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { once, oncePer } from "./memo.ts";
import { controlPlaneRefOf, meshName, meshVersion, meshes } from "./meshes.ts";
import type { Mesh } from "./meshes.ts";
import { someNamespace } from "./namespace-labels.ts";

export type Membership =
  | {
      readonly state: "member";
      readonly how: "listed" | "wildcard" | "selector" | "member" | "cluster-wide" | "discovery" | "fact";
      /** The field that makes it a member; null for a stated fact. */
      readonly at: Place | null;
    }
  | {
      readonly state: "not-member";
      readonly why: string;
      /** The field that could have made it a member. */
      readonly at: Place | null;
    }
  | { readonly state: "unknown"; readonly needs: string };

const excluded = /^(?:kube|openshift|(?:kube|openshift|ibm)-.*)$/;

/** Namespaces that no Maistra mesh ever takes (maistra/istio-operator `servicemeshmemberroll_types.go`). */
export function isExcludedNamespace(namespace: string): boolean {
  return excluded.test(namespace);
}

/** Whether the candidates of a mesh's control plane, or the profile, reach a Service Mesh version. */
function reaches(graph: Graph, mesh: Mesh, version: string): Match {
  const actual = meshVersion(graph, mesh);
  if (actual === null) return "unknown";
  return atLeast(actual, version) ? "yes" : "no";
}

const unknown = (needs: string): Membership => ({ state: "unknown", needs });

/** What one source of membership says; null: nothing about this namespace. */
type Clue = Membership | null;

function rollClues(graph: Graph, namespace: string, mesh: Mesh, roll: Resource): readonly Clue[] {
  return [listClue(graph, namespace, mesh, roll), selectorClue(graph, namespace, mesh, roll)];
}

function listClue(graph: Graph, namespace: string, mesh: Mesh, roll: Resource): Clue {
  const path = ["spec", "members"];
  const members = readList(roll, path);
  if (members.state === "unknown") return unknown(members.why);
  const entries = members.state === "value" ? members.value : [];
  const index = entries.indexOf(namespace);
  if (index >= 0) return { state: "member", how: "listed", at: { resource: roll, path: [...path, index] } };
  if (entries.includes("*")) {
    if (entries.length > 1) return unknown("a member roll in which `*` stands alone");
    const can = reaches(graph, mesh, "2.3");
    if (can === "unknown") return unknown("the version of the control plane");
    if (can === "no") return null;
    return { state: "member", how: "wildcard", at: { resource: roll, path: [...path, 0] } };
  }
  return entries.some(isUnknown) ? unknown("the placeholders in the member roll") : null;
}

function selectorClue(graph: Graph, namespace: string, mesh: Mesh, roll: Resource): Clue {
  const path = ["spec", "memberSelectors"];
  const selectors = readList(roll, path);
  if (selectors.state !== "value" || selectors.value.length === 0) return null;
  const can = reaches(graph, mesh, "2.4");
  if (can === "unknown") return unknown("the version of the control plane");
  if (can === "no") return null;
  const match = matchesSome(graph, namespace, selectors.value);
  if (match === "unknown") return unknown(`the labels of namespace ${namespace}`);
  return match === "yes" ? { state: "member", how: "selector", at: { resource: roll, path } } : null;
}

function matchesSome(graph: Graph, namespace: string, selectors: readonly Value[]): Match {
  return someNamespace(graph, namespace, (labels) =>
    anyOf(selectors.map((selector) => matchesSelector(selector, labels))),
  );
}

/** The ServiceMeshMembers that count, by their namespace; null: not known, so that it may be any. */
const membersByNamespace = once((graph) => {
  const members = new Map<string | null, Resource[]>();
  for (const member of graph.all(kinds.ServiceMeshMember)) {
    if (member.name !== "default") continue;
    const known = members.get(member.namespace);
    if (known) known.push(member);
    else members.set(member.namespace, [member]);
  }
  return members;
});

/** @param member of the namespace, or of one that is not known */
function memberClue(mesh: Mesh, member: Resource): Clue {
  const path = ["spec", "controlPlaneRef", "namespace"];
  const wanted = controlPlaneRefOf(member);
  if (wanted === null || mesh.namespace === null)
    return unknown("the control plane that the ServiceMeshMember names");
  if (wanted !== mesh.namespace) return null;
  if (member.namespace === null) return unknown("the namespace of the ServiceMeshMember");
  return { state: "member", how: "member", at: { resource: member, path } };
}

/** The operator's own roll of a cluster-wide control plane takes namespaces labelled `istio-injection: enabled`. */
function clusterWideClue(graph: Graph, namespace: string, mesh: Mesh): Clue {
  const plane = clusterWidePlane(mesh);
  if (plane === undefined) return null;
  const can = reaches(graph, mesh, "2.4");
  if (can === "unknown") return unknown("the version of the control plane");
  if (can === "no") return null;
  const match = someNamespace(graph, namespace, (labels) =>
    matchesSelector({ matchLabels: { "istio-injection": "enabled" } }, labels),
  );
  if (match === "unknown") return unknown(`the labels of namespace ${namespace}`);
  if (match === "no") return null;
  return { state: "member", how: "cluster-wide", at: { resource: plane, path: ["spec", "mode"] } };
}

function clusterWidePlane(mesh: Mesh): Resource | undefined {
  return mesh.controlPlanes
    .map((plane) => plane.resource)
    .find((resource) => {
      const mode = readString(resource, ["spec", "mode"]);
      return mode.state === "value" && mode.value === "ClusterWide";
    });
}

function factClue(namespace: string, mesh: Mesh, graph: Graph): Clue {
  const { members } = graph.set.context;
  const own = mesh.namespace !== null && Object.hasOwn(members, mesh.namespace);
  const listed = own ? members[mesh.namespace] : undefined;
  if (listed === undefined) return null;
  return listed.includes(namespace) || listed.includes("*")
    ? { state: "member", how: "fact", at: null }
    : null;
}

/** `meshConfig.discoverySelectors` of either family: whether istiod watches the namespace. */
function discovered(graph: Graph, namespace: string, resource: Resource, path: readonly string[]): Match {
  const selectors = readList(resource, path);
  if (selectors.state === "unknown") return "unknown";
  if (selectors.state === "absent" || selectors.value.length === 0) return "yes";
  return matchesSome(graph, namespace, selectors.value);
}

function discoveryMembership(graph: Graph, namespace: string, mesh: Mesh): Membership {
  const path = ["spec", "values", "meshConfig", "discoverySelectors"];
  let open = false;
  let at: Place | null = null;
  for (const { resource } of mesh.controlPlanes) {
    const match = discovered(graph, namespace, resource, path);
    if (match === "yes") return { state: "member", how: "discovery", at: { resource, path } };
    if (match === "unknown") open = true;
    at ??= { resource, path };
  }
  if (open) return unknown(`the labels of namespace ${namespace}`);
  const why = `no discovery selector of ${meshName(mesh)} matches ${namespace}`;
  return { state: "not-member", why, at };
}

function narrowed(graph: Graph, namespace: string, mesh: Mesh, answer: Membership): Membership {
  const plane = clusterWidePlane(mesh);
  if (answer.state !== "member" || plane === undefined) return answer;
  const path = ["spec", "meshConfig", "discoverySelectors"];
  const match = discovered(graph, namespace, plane, path);
  if (match === "yes") return answer;
  if (match === "unknown") return unknown(`the labels of namespace ${namespace}`);
  return {
    state: "not-member",
    why: `no discovery selector of ${meshName(mesh)} matches ${namespace}`,
    at: { resource: plane, path },
  };
}

function maistraMembership(graph: Graph, namespace: string, mesh: Mesh): Membership {
  if (isExcludedNamespace(namespace) || namespace === mesh.namespace) {
    return { state: "not-member", why: `${namespace} can never be a member of ${meshName(mesh)}`, at: null };
  }
  const rolls = mesh.rolls.filter((roll) => roll.name === "default");
  const patches = graph
    .fragments(kinds.ServiceMeshMemberRoll)
    .filter((roll) => roll.form === "patch" && roll.name === "default")
    .filter((roll) => roll.namespace === null || roll.namespace === mesh.namespace);
  const members = [namespace, null].flatMap((place) => membersByNamespace(graph).get(place) ?? []);
  const stated = mesh.namespace !== null && Object.hasOwn(graph.set.context.members, mesh.namespace);
  const clues: Clue[] = [
    factClue(namespace, mesh, graph),
    ...rolls.flatMap((roll) => rollClues(graph, namespace, mesh, roll)),
    ...patches
      .filter((roll) => read(roll, ["spec", "members"]).state === "value")
      .map((roll) => listClue(graph, namespace, mesh, roll)),
    ...members.map((member) => memberClue(mesh, member)),
  ];
  if (rolls.length === 0 && !stated) {
    if (mesh.rolls.length > 0) clues.push(unknown("a member roll named `default`"));
    else if (patches.length > 0 || !graph.owns("mesh"))
      clues.push(unknown(`the member roll of ${meshName(mesh)}`));
    else clues.push(clusterWideClue(graph, namespace, mesh));
  }
  const positive = clues.find((clue) => clue?.state === "member");
  if (positive) return narrowed(graph, namespace, mesh, positive);
  const open = clues.find((clue) => clue?.state === "unknown");
  if (open) return open;
  const [roll] = rolls;
  return {
    state: "not-member",
    why: `${namespace} is no member of ${meshName(mesh)}`,
    at: roll === undefined ? null : { resource: roll, path: ["spec", "members"] },
  };
}

const key = (question: { readonly namespace: string; readonly mesh: Mesh }): string =>
  JSON.stringify([question.namespace, question.mesh.namespace, question.mesh.family]);

const answer = oncePer(
  (graph: Graph, { namespace, mesh }: { readonly namespace: string; readonly mesh: Mesh }): Membership =>
    mesh.family === "ossm3"
      ? discoveryMembership(graph, namespace, mesh)
      : maistraMembership(graph, namespace, mesh),
  key,
);

/**
 * Whether a namespace is a member of a mesh (definition D3). With Service Mesh 3 that is whether istiod watches
 * it, and injects nothing by itself.
 */
export function membership(graph: Graph, namespace: string | null, mesh: Mesh): Membership {
  if (namespace === null || isUnknown(namespace)) return unknown("the namespace");
  return answer(graph, { namespace, mesh });
}

export type NamespaceMeshes =
  | {
      readonly state: "member";
      readonly namespace: string;
      /** At least one. More than one is a mistake of its own (mesh/namespace-in-two-meshes). */
      readonly meshes: readonly Mesh[];
      readonly mesh: Mesh;
    }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** The meshes that a namespace is a member of. */
export function meshesOf(graph: Graph, namespace: string | null): NamespaceMeshes {
  if (namespace === null || isUnknown(namespace)) return { state: "unknown", needs: "the namespace" };
  const found: Mesh[] = [];
  let needs: string | null = null;
  for (const mesh of meshes(graph)) {
    const answered = membership(graph, namespace, mesh);
    if (answered.state === "member") found.push(mesh);
    if (answered.state === "unknown") needs ??= answered.needs;
  }
  const [mesh] = found;
  if (mesh) return { state: "member", namespace, meshes: found, mesh };
  if (needs !== null) return { state: "unknown", needs };
  if (meshes(graph).length === 0 && !graph.owns("mesh"))
    return { state: "unknown", needs: "the member rolls" };
  return { state: "none", why: `${namespace} is a member of no mesh` };
}
