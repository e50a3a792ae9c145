import type { Graph } from "../model/graph.ts";
import { isAssumed } from "../model/profile.ts";
import { label, type Resource, sourceOf } from "../model/resource.ts";
import { isMapping, type Path, valueAt } from "../model/value.ts";
import { read, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { knativeGatewaysOf, servingNamespace } from "./knative-gateways.ts";
import { membership } from "./membership.ts";
import { once } from "./memo.ts";
import { meshes } from "./meshes.ts";
import type { Mesh } from "./meshes.ts";
import { eventingNamespace, systemNamespaces } from "./namespaces.ts";
import { applicationNamespaces } from "./network-policies.ts";

/** The namespaces in which Serverless and its services run, sorted. */
const serverlessNamespaces = once((graph: Graph): readonly string[] =>
  [...new Set([servingNamespace, eventingNamespace, ...applicationNamespaces(graph)])].sort(),
);

/** Where Service Mesh 3 serves Serverless: the `Istio` that watches it, or null where only the profile says so. */
export const serviceMesh3 = once((graph: Graph): { readonly istio: Resource | null } | null => {
  const watching = meshes(graph).find(
    (mesh) => mesh.family === "ossm3" && membership(graph, servingNamespace, mesh).state === "member",
  );
  const istio = watching?.controlPlanes[0]?.resource ?? null;
  if (istio !== null) return { istio };
  return graph.profile.mesh.major === 3 && !isAssumed(graph.profile, "mesh") ? { istio: null } : null;
});

/** Kinds of Service Mesh 2 that take namespaces into a mesh. */
export const olderKinds = [
  kinds.ServiceMeshControlPlane,
  kinds.ServiceMeshMemberRoll,
  kinds.ServiceMeshMember,
] as const;

/** Kinds that may name labels of Service Mesh 2. */
export const labelledKinds = [kinds.Namespace, kinds.NetworkPolicy] as const;

/** What makes namespaces of Serverless members of a mesh of Service Mesh 2. */
export interface Claim {
  readonly path: Path;
  readonly namespaces: readonly string[];
}

/** The claim that an object of Service Mesh 2 makes; null: none. `needs`: what would tell. */
export function claimOf(graph: Graph, resource: Resource): Claim | { readonly needs: string } | null {
  const older = meshes(graph).filter((mesh: Mesh) => mesh.family !== "ossm3");
  let needs: string | null = null;
  const paths: Path[] = [];
  const claimed = new Set<string>();
  for (const namespace of serverlessNamespaces(graph)) {
    for (const mesh of older) {
      const answer = membership(graph, namespace, mesh);
      const concerned =
        mesh.rolls.includes(resource) || mesh.controlPlanes.some((plane) => plane.resource === resource);
      if (answer.state === "unknown" && concerned) needs ??= answer.needs;
      if (answer.state !== "member" || answer.at?.resource !== resource) continue;
      paths.push(answer.at.path);
      claimed.add(namespace);
    }
  }
  const [path] = paths.toSorted((a, b) => Number(a.at(-1)) - Number(b.at(-1)));
  if (path) return { path, namespaces: [...claimed] };
  return needs === null ? null : { needs };
}

/**
 * Whether an object and the `Istio` lie in folders of their own and nothing applies both: then they may be alternatives,
 * for clusters with one mesh or the other.
 */
export function mayBeAlternatives(graph: Graph, istio: Resource, resource: Resource): boolean {
  if (graph.set.appliedAsWhole) return false;
  const [one, other] = [istio, resource].map((object) => folderOf(sourceOf(object, []).document.file.path));
  return !`${one}/`.startsWith(`${other}/`) && !`${other}/`.startsWith(`${one}/`);
}

/** The claim that an object of Service Mesh 2 makes beside an `Istio`; null: none. `needs`: what would tell. */
export function olderClaim(
  graph: Graph,
  resource: Resource,
  istio: Resource | null,
): Claim | { readonly needs: string } | null {
  const claim = claimOf(graph, resource);
  if (claim === null || "needs" in claim) return claim;
  return istio && mayBeAlternatives(graph, istio, resource)
    ? { needs: `whether ${label(istio)}, from another folder, is for the same cluster` }
    : claim;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const isOlderKey = (key: string): boolean => key.startsWith("maistra.io/");

/** The fields of a Namespace, or of a NetworkPolicy, of Serverless that name labels of Service Mesh 2. */
export function olderLabels(graph: Graph, resource: Resource): readonly Path[] {
  const home = resource.kind === kinds.Namespace ? resource.name : resource.namespace;
  const known = new Set([...serverlessNamespaces(graph), ...systemNamespaces(graph)]);
  if (home === null || !known.has(home)) return [];
  const keysAt = (path: Path): readonly Path[] => {
    const map = valueOr(read(resource, path), null);
    return isMapping(map)
      ? Object.keys(map)
          .filter(isOlderKey)
          .map((key) => [...path, key])
      : [];
  };
  if (resource.kind === kinds.Namespace) return keysAt(["metadata", "labels"]);
  const rules = valueAt(resource.value, ["spec", "ingress"]) ?? null;
  return (Array.isArray(rules) ? rules : []).flatMap((rule, index) => {
    const peers = valueAt(rule, ["from"]) ?? null;
    return (Array.isArray(peers) ? peers : []).flatMap((_peer, position) =>
      keysAt(["spec", "ingress", index, "from", position, "namespaceSelector", "matchLabels"]),
    );
  });
}

/**
 * Whether a KnativeServing is left to look for the Services that Service Mesh 2 makes in `istio-system`, and neither
 * is at hand; where the set owns the gateways, that they are missing is told.
 */
export function reliesOnOlderServices(graph: Graph, serving: Resource): boolean {
  const answer = knativeGatewaysOf(graph, serving);
  if (answer.state !== "known" || answer.format !== "default" || graph.owns("gateways")) return false;
  return answer.gateways.every(
    ({ service }) =>
      service === null || graph.named(kinds.Service, service.namespace, service.name).length === 0,
  );
}
