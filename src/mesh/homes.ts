import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { readList, valueOr } from "./field.ts";
import type { Place } from "./field.ts";
import { kinds } from "./kinds.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { membership } from "./membership.ts";
import { once } from "./memo.ts";
import { controlPlaneRefOf, meshes } from "./meshes.ts";
import type { Mesh } from "./meshes.ts";
import { eventingNamespace } from "./namespaces.ts";
import { tenants } from "./tenants.ts";

/** A mesh of Service Mesh 1 or 2 that takes a namespace in, and the field that does it (null: a stated fact). */
export interface Home {
  readonly mesh: Mesh;
  readonly at: Place | null;
}

/** All meshes that take a namespace in; `needs`: what would tell whether another one does too. */
export interface Homes {
  readonly namespace: string;
  readonly homes: readonly Home[];
  readonly needs: string | null;
}

/** The meshes with member rolls: with Service Mesh 3 several control planes may well watch one namespace. */
export const rollMeshes = once((graph: Graph): readonly Mesh[] =>
  meshes(graph).filter((mesh) => mesh.family !== "ossm3"),
);

const membersPath = ["spec", "members"];

function entriesOf(roll: Resource): readonly string[] {
  const list = valueOr(readList(roll, membersPath), []);
  return list.filter((entry) => typeof entry === "string" && !isUnknown(entry)) as readonly string[];
}

function defaultRolls(mesh: Mesh): readonly Resource[] {
  return mesh.rolls.filter((roll) => roll.name === "default");
}

/** A roll with several candidates takes in only what each of them does: any one may be the one that is applied. */
function isCertain(mesh: Mesh, namespace: string, at: Place | null): boolean {
  if (at?.resource.kind !== kinds.ServiceMeshMemberRoll || at.resource.form === "patch") return true;
  const rolls = defaultRolls(mesh);
  return (
    rolls.length === 1 ||
    rolls.every((roll) => entriesOf(roll).some((entry) => entry === namespace || entry === "*"))
  );
}

function homesOf(graph: Graph, namespace: string): Homes {
  const homes: Home[] = [];
  const open: string[] = [];
  for (const mesh of rollMeshes(graph)) {
    const answer = membership(graph, namespace, mesh);
    if (answer.state === "unknown") open.push(answer.needs);
    else if (answer.state === "not-member") continue;
    else if (mesh.namespace === null) open.push("the namespace of the member roll");
    else if (isCertain(mesh, namespace, answer.at)) homes.push({ mesh, at: answer.at });
  }
  return { namespace, homes, needs: open[0] ?? null };
}

/**
 * The meshes of every namespace that a member roll, a ServiceMeshMember, a Namespace or a tenant names, and of
 * Knative's own, sorted by name.
 */
export const namespaceHomes = once((graph: Graph): ReadonlyMap<string, Homes> => {
  const names = new Set([
    servingNamespace,
    eventingNamespace,
    ...graph
      .all(kinds.ServiceMeshMemberRoll)
      .flatMap(entriesOf)
      .filter((entry) => entry !== "*"),
    ...graph
      .all(kinds.ServiceMeshMember)
      .filter((member) => controlPlaneRefOf(member) !== null)
      .flatMap((member) => member.namespace ?? []),
    ...graph.all(kinds.Namespace).map(({ name }) => name),
    ...tenants(graph).flatMap((tenant) => tenant.namespaces),
  ]);
  return new Map([...names].sort().map((name) => [name, homesOf(graph, name)]));
});

/** A roll that takes in every namespace although another mesh has members of its own. */
export interface GreedyRoll {
  /** The entry `*`. */
  readonly at: Place;
  readonly other: Place;
}

/** Rolls with `*` beside the roll of another mesh that has entries; every candidate of both has to be so. */
export const greedyRolls = once((graph: Graph): readonly GreedyRoll[] => {
  const filled = rollMeshes(graph)
    .filter((mesh) => mesh.namespace !== null)
    .map(defaultRolls)
    .filter((rolls) => rolls.length > 0 && rolls.every((roll) => entriesOf(roll).length > 0));
  return filled.flatMap((rolls): readonly GreedyRoll[] => {
    const other = filled.find((candidate) => candidate !== rolls)?.[0];
    const [roll] = rolls;
    if (!roll || !other || !rolls.every((candidate) => entriesOf(candidate).includes("*"))) return [];
    const index = [...valueOr(readList(roll, membersPath), [])].indexOf("*");
    return [
      {
        at: { resource: roll, path: [...membersPath, index] },
        other: { resource: other, path: membersPath },
      },
    ];
  });
});
