import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Kind, Resource } from "../../model/resource.ts";
import { isMapping, type Path, valueAt } from "../../model/value.ts";
import { atLeast, type Version } from "../../model/version.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import {
  type Cloud,
  installPlatforms,
  neutralPlatforms,
  platformReleases,
  providerKinds,
  provisioners,
  untoldPlatforms,
} from "./clouds.ts";

/** A field that says which cloud a cluster runs in. */
export interface CloudClue {
  readonly resource: Resource;
  readonly path: Path;
  readonly cloud: Cloud;
  /** `cluster`: said of the cluster as a whole; the others are of no weight against it. */
  readonly of: "cluster" | "machines" | "storage";
}

/** The only key of an install-config's `platform`; null if there is none, or more than one. */
export function installPlatform(install: Resource): string | null {
  const platform = valueAt(install.value, ["platform"]);
  const [name, ...others] = isMapping(platform) ? Object.keys(platform) : [];
  return name === undefined || others.length > 0 ? null : name;
}

const providerPaths: ReadonlyMap<Kind, Path> = new Map<Kind, Path>([
  [kinds.MachineSet, ["spec", "template", "spec", "providerSpec", "value", "kind"]],
  [kinds.Machine, ["spec", "providerSpec", "value", "kind"]],
  [kinds.StorageClass, ["provisioner"]],
]);

/** Where a machine, or a class of storage, names its provider. */
export function providerPath(resource: Resource): Path {
  return providerPaths.get(resource.kind) ?? [];
}

function clueOfCluster(resource: Resource): CloudClue | null {
  if (resource.kind === kinds.InstallConfig) {
    const cloud = installPlatform(resource);
    if (cloud === null || isUnknown(cloud)) return null;
    return { resource, path: ["platform", cloud], cloud, of: "cluster" };
  }
  for (const path of [
    ["status", "platformStatus", "type"],
    ["spec", "platformSpec", "type"],
  ]) {
    const type = valueAt(resource.value, path);
    if (typeof type === "string" && type !== "" && !isUnknown(type))
      return { resource, path, cloud: type.toLowerCase(), of: "cluster" };
  }
  return null;
}

function clueOf(resource: Resource): CloudClue | null {
  const path = providerPath(resource);
  if (path.length === 0) return clueOfCluster(resource);
  const name = valueAt(resource.value, path);
  const storage = resource.kind === kinds.StorageClass;
  const cloud = typeof name === "string" ? (storage ? provisioners : providerKinds).get(name) : undefined;
  return cloud === undefined ? null : { resource, path, cloud, of: storage ? "storage" : "machines" };
}

export const platformKinds = [
  kinds.InstallConfig,
  kinds.Infrastructure,
  kinds.MachineSet,
  kinds.Machine,
  kinds.StorageClass,
] as const;

const cluesOf = once((graph: Graph): readonly CloudClue[] =>
  graph.all(...platformKinds).flatMap((resource) => clueOf(resource) ?? []),
);

/** The cloud that the machines and the cluster's own files speak of most: what differs from it is the odd one. */
const mainClue = once((graph: Graph): CloudClue | null => {
  const clues = cluesOf(graph).filter(({ of }) => of !== "storage");
  const [whole] = clues.filter(({ of }) => of === "cluster");
  if (whole) return whole;
  const count = (cloud: Cloud): number => clues.filter((clue) => clue.cloud === cloud).length;
  return clues.reduce<CloudClue | null>(
    (best, clue) => (best && count(best.cloud) >= count(clue.cloud) ? best : clue),
    null,
  );
});

/** What a resource says of the cloud against what the rest of the set says; null if they agree or nothing is known. */
export function foreignCloud(
  graph: Graph,
  resource: Resource,
): { readonly clue: CloudClue; readonly main: CloudClue } | null {
  const clue = cluesOf(graph).find((one) => one.resource === resource);
  const main = mainClue(graph);
  if (!clue || !main || clue.cloud === main.cloud) return null;
  // Machines of a provider need its cloud; storage may work wherever the cluster is told nothing about its ground.
  const open = clue.of === "storage" ? neutralPlatforms.has(main.cloud) : untoldPlatforms.has(main.cloud);
  return open ? null : { clue, main };
}

/** Platforms that the installer of a release takes; null for releases without a table. */
export function platformsOf(openshift: Version): readonly Cloud[] | null {
  const { from, before } = platformReleases;
  const minor = { ...openshift, patch: null };
  if (!atLeast(minor, from) || atLeast(minor, before)) return null;
  return installPlatforms
    .filter((one) => one.from === undefined || atLeast(minor, one.from))
    .filter((one) => one.before === undefined || !atLeast(minor, one.before))
    .map(({ platform }) => platform);
}
