import type { Graph, PodTemplate } from "../../model/graph.ts";
import { nearest } from "../../model/nearest.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Kind, Resource } from "../../model/resource.ts";
import { isList, isMapping, type Mapping, type Path, type Value, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";

export interface Mount {
  readonly name: string;
  readonly container: string;
  readonly path: Path;
}

interface Item {
  readonly item: Mapping;
  readonly path: Path;
}

function items(parent: Mapping, path: Path, key: string): readonly Item[] {
  const list = Object.hasOwn(parent, key) ? (parent[key] ?? null) : null;
  return (isList(list) ? list : []).flatMap((item, index) =>
    isMapping(item) ? [{ item, path: [...path, key, index] }] : [],
  );
}

const containers = (pod: PodTemplate): readonly Item[] =>
  ["initContainers", "containers"].flatMap((key) => items(pod.spec, pod.specPath, key));

/** The volumes that containers mount, or use as devices. */
export function mounts(pod: PodTemplate): readonly Mount[] {
  return containers(pod).flatMap(({ item, path }) =>
    ["volumeMounts", "volumeDevices"].flatMap((key) =>
      items(item, path, key).flatMap((mount): readonly Mount[] => {
        const { name } = mount.item;
        if (typeof name !== "string" || isUnknown(name)) return [];
        const container = typeof item.name === "string" ? item.name : "";
        return [{ name, container, path: [...mount.path, "name"] }];
      }),
    ),
  );
}

/** A container as messages name it: those of Knative Services need no name. */
export const containerLabel = (name: string): string => (name === "" ? "the container" : `container ${name}`);

/** The names of a pod's volumes; null if not all of them are known. */
export function declaredVolumes(pod: PodTemplate): ReadonlySet<string> | null {
  const given = pod.spec.volumes ?? null;
  if (given !== null && !isList(given)) return null;
  const claims = valueAt(pod.resource.value, ["spec", "volumeClaimTemplates"]) ?? null;
  const all: readonly (Value | undefined)[] = [
    ...(given ?? []).map((volume) => valueAt(volume, ["name"])),
    ...(isList(claims) ? claims : []).map((claim) => valueAt(claim, ["metadata", "name"])),
  ];
  const names = all.filter((name) => typeof name === "string" && !isUnknown(name));
  return names.length === all.length ? new Set(names as readonly string[]) : null;
}

/** An object of the pod's namespace that a volume, or a list of variables, is filled from. */
export interface Source {
  readonly kind: Kind;
  readonly name: string;
  readonly path: Path;
}

function source(kind: Kind, item: Value | undefined, key: string, path: Path): readonly Source[] {
  if (!isMapping(item) || item.optional === true) return [];
  const name = item[key];
  if (typeof name !== "string" || name === "" || isUnknown(name)) return [];
  return [{ kind, name, path: [...path, key] }];
}

/** What a pod's volumes and `envFrom` need, without what is optional. */
export function sources(pod: PodTemplate): readonly Source[] {
  const volumes = items(pod.spec, pod.specPath, "volumes").flatMap(({ item, path }) => {
    const projected = isMapping(item.projected) ? item.projected : {};
    return [
      ...source(kinds.ConfigMap, item.configMap, "name", [...path, "configMap"]),
      ...source(kinds.Secret, item.secret, "secretName", [...path, "secret"]),
      ...source(kinds.PersistentVolumeClaim, item.persistentVolumeClaim, "claimName", [
        ...path,
        "persistentVolumeClaim",
      ]),
      ...items(projected, [...path, "projected"], "sources").flatMap((part) => [
        ...source(kinds.ConfigMap, part.item.configMap, "name", [...part.path, "configMap"]),
        ...source(kinds.Secret, part.item.secret, "name", [...part.path, "secret"]),
      ]),
    ];
  });
  const variables = containers(pod).flatMap(({ item, path }) =>
    items(item, path, "envFrom").flatMap((from) => [
      ...source(kinds.ConfigMap, from.item.configMapRef, "name", [...from.path, "configMapRef"]),
      ...source(kinds.Secret, from.item.secretRef, "name", [...from.path, "secretRef"]),
    ]),
  );
  return [...volumes, ...variables];
}

/** Every name that some pod asks for, by kind. */
const wanted = once(
  (graph: Graph): ReadonlySet<string> =>
    new Set(graph.pods().flatMap((pod) => sources(pod).map(({ kind, name }) => `${kind} ${name}`))),
);

/** What is left of a name without its numbers, and without a letter that counts as one (`config-a`). */
const withoutCount = (text: string): string => text.replace(/[-._]?\d+|[-._][a-z]$/g, "");

/** Shorter names are near to too many others. */
const shortest = 6;

/**
 * An object of the same kind and namespace whose name is one slip away, and that nobody asks for by its own name: it is
 * the one that was probably meant. Names that differ in their numbers are different names.
 */
export function nearObject(graph: Graph, { kind, name }: Source, namespace: string): Resource | null {
  if (name.length < shortest) return null;
  const found = graph
    .all(kind)
    .filter(
      (other) =>
        other.namespace === namespace &&
        !wanted(graph).has(`${kind} ${other.name}`) &&
        withoutCount(other.name) !== withoutCount(name),
    );
  const near = nearest(
    name,
    found.map((other) => other.name),
    1,
  );
  return found.find((other) => other.name === near) ?? null;
}
