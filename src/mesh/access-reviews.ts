import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";
import { type Path } from "../model/value.ts";
import { readBoolean, readStrings, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { controlPlaneRefOf } from "./meshes.ts";
import { once } from "./memo.ts";

const reviewKind = "SelfSubjectAccessReview.authorization.k8s.io";

/** Something that the acting user has to be allowed to do, as the attributes of an access review. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  /** Plural: `gateways`. */
  readonly resource: string;
  /** Null: cluster-scoped, or all namespaces. */
  readonly namespace: string | null;
  /** Null: any name. */
  readonly name: string | null;
  /** The field that asks for it. */
  readonly path: Path;
}

/** The plural that the API server uses for a kind: that of its CRD if there is one, else the usual form. */
export function pluralOf(graph: Graph, kind: string, group: string): string {
  const definition = graph
    .all(kinds.CustomResourceDefinition)
    .find(
      ({ value }) =>
        valueAt(value, ["spec", "group"]) === group && valueAt(value, ["spec", "names", "kind"]) === kind,
    );
  const plural = definition && valueAt(definition.value, ["spec", "names", "plural"]);
  if (typeof plural === "string") return plural;
  const lower = kind.toLowerCase();
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(lower) ? `${lower}es` : `${lower}s`;
}

/** Namespaces that a roll lists and the cluster's roll does not; null stands for all namespaces. */
function* newMembers(
  graph: Graph,
  roll: Resource,
): Generator<readonly [namespace: string | null, path: Path]> {
  const live = graph.live(roll);
  const known = live ? valueOr(readStrings(live, ["spec", "members"]), []) : [];
  for (const [index, member] of valueOr(readStrings(roll, ["spec", "members"]), []).entries()) {
    if (!known.includes(member)) yield [member === "*" ? null : member, ["spec", "members", index]];
  }
  const selectors = valueAt(roll.value, ["spec", "memberSelectors"]) ?? null;
  if (Array.isArray(selectors) && selectors.length > 0) yield [null, ["spec", "memberSelectors"]];
}

/**
 * What applying an object asks for: to get, create and patch its kind, and what the mesh's webhooks want of whoever
 * writes a member roll or a ServiceMeshMember (maistra/istio-operator
 * `pkg/controller/servicemesh/webhooks/validation/{memberroll,member}.go`).
 */
export function accessesOf(graph: Graph, resource: Resource): readonly Access[] {
  const { id, namespace } = resource;
  const own = { group: id.group, resource: pluralOf(graph, id.kind, id.group), namespace, name: null };
  const found: Access[] = ["get", "create", "patch"].map((verb) => ({ verb, ...own, path: [] }));
  if (resource.kind === kinds.ServiceMeshMemberRoll)
    for (const [member, path] of newMembers(graph, resource))
      found.push({ verb: "update", group: "", resource: "pods", namespace: member, name: null, path });
  const home = resource.kind === kinds.ServiceMeshMember ? controlPlaneRefOf(resource) : null;
  if (home !== null) {
    const name = valueAt(resource.value, ["spec", "controlPlaneRef", "name"]);
    found.push({
      verb: "use",
      group: "maistra.io",
      resource: "servicemeshcontrolplanes",
      namespace: home,
      name: typeof name === "string" ? name : null,
      path: ["spec", "controlPlaneRef"],
    });
  }
  return found;
}

const keyOf = (access: Omit<Access, "path">): string =>
  JSON.stringify([access.verb, access.group, access.resource, access.namespace, access.name]);

/** The answers among the cluster's objects, by what they are about. */
const answers = once((graph: Graph): ReadonlyMap<string, boolean> => {
  const found = new Map<string, boolean>();
  for (const review of graph.all(reviewKind)) {
    const allowed = readBoolean(review, ["status", "allowed"]);
    if (review.standing !== "context" || allowed.state !== "value") continue;
    const text = (key: string): string => {
      const value = valueAt(review.value, ["spec", "resourceAttributes", key]);
      return typeof value === "string" ? value : "";
    };
    const access = {
      verb: text("verb"),
      group: text("group"),
      resource: text("resource"),
      namespace: text("namespace") || null,
      name: text("name") || null,
    };
    found.set(keyOf(access), allowed.value);
  }
  return found;
});

/** Whether the acting user may do something; undefined: nobody asked. An answer for all namespaces or names counts. */
export function isAllowed(graph: Graph, access: Access): boolean | undefined {
  const known = answers(graph);
  const exact = known.get(keyOf(access));
  if (exact !== undefined) return exact;
  const wider = [
    { ...access, name: null },
    { ...access, namespace: null },
    { ...access, name: null, namespace: null },
  ];
  return wider.some((one) => known.get(keyOf(one)) === true) ? true : undefined;
}
