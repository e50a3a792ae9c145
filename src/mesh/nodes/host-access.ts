import type { PodTemplate } from "../../model/graph.ts";
import { isList, isMapping, type Mapping, type Path, valueAt } from "../../model/value.ts";

/** A part of the host's file system that a container may write to. */
export interface HostWrite {
  readonly path: Path;
  readonly hostPath: string;
  readonly container: string;
  /** Below `/etc`: many agents have to. */
  readonly usual: boolean;
}

/** A command of a container that changes the host beside the cluster. */
export interface HostCommand {
  readonly path: Path;
  readonly what: string;
}

interface Container {
  readonly path: Path;
  readonly value: Mapping;
  readonly name: string;
}

function containersOf(pod: PodTemplate): readonly Container[] {
  return ["initContainers", "containers"].flatMap((key) => {
    const list = pod.spec[key];
    return (isList(list) ? list : []).flatMap((value, index) => {
      if (!isMapping(value)) return [];
      const name = typeof value.name === "string" ? value.name : `${index}`;
      return [{ path: [...pod.specPath, key, index], value, name }];
    });
  });
}

/** A path without doubled and last slashes. */
const cleaned = (path: string): string => path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");

const isSensitive = (path: string): boolean => /^\/(?:$|(?:etc|usr|boot)(?:\/|$))/.test(path);
const isBelowEtc = (path: string): boolean => path.startsWith("/etc/");

const volumesOf = (pod: PodTemplate): readonly Mapping[] =>
  isList(pod.spec.volumes) ? pod.spec.volumes.filter(isMapping) : [];

function hostPaths(pod: PodTemplate): ReadonlyMap<string, string> {
  return new Map(
    volumesOf(pod).flatMap((volume) => {
      const path = valueAt(volume, ["hostPath", "path"]);
      return typeof path === "string" && typeof volume.name === "string"
        ? [[volume.name, cleaned(path)] as const]
        : [];
    }),
  );
}

/** Mounts of the host's system directories that are not read-only. */
export function hostWrites(pod: PodTemplate): readonly HostWrite[] {
  const paths = hostPaths(pod);
  return containersOf(pod).flatMap(({ path, value, name }) => {
    const mounts = value.volumeMounts;
    return (isList(mounts) ? mounts : []).flatMap((mount, index): readonly HostWrite[] => {
      const volume = valueAt(mount, ["name"]);
      const hostPath = typeof volume === "string" ? paths.get(volume) : undefined;
      if (hostPath === undefined || !isSensitive(hostPath) || valueAt(mount, ["readOnly"]) === true)
        return [];
      return [
        { path: [...path, "volumeMounts", index], hostPath, container: name, usual: isBelowEtc(hostPath) },
      ];
    });
  });
}

/** Directories by which drivers, and agents for storage and networks, can be told: their documents ask for the host. */
const agentPath =
  /^\/(?:etc\/cni|opt\/cni|var\/lib\/cni|var\/lib\/kubelet\/(?:plugins|plugins_registry|device-plugins)|run\/nvidia|usr\/lib\/modules|lib\/modules)(?:\/|$)/;

export function isNodeAgent(pod: PodTemplate): boolean {
  return [...hostPaths(pod).values()].some((path) => agentPath.test(path));
}

const rpmOstree = /(?:^|[\s;&|"'/])rpm-ostree\b/;
const runsOnHost = /\b(?:chroot|nsenter)\b/;
const hostContainers = /(?:^|[\s;&|"'/])(podman|crictl)\b/;

/** Commands that change the host's packages or containers beside what the cluster knows. */
export function hostCommands(pod: PodTemplate): readonly HostCommand[] {
  return containersOf(pod).flatMap(({ path, value }) => {
    const words = ["command", "args"].flatMap((key) => {
      const list = value[key];
      return isList(list) ? list.filter((word) => typeof word === "string") : [];
    });
    const text = words.join(" ");
    const found = rpmOstree.test(text)
      ? "rpm-ostree"
      : runsOnHost.test(text)
        ? (hostContainers.exec(text)?.[1] ?? null)
        : null;
    return found === null
      ? []
      : [{ path: [...path, value.command === undefined ? "args" : "command"], what: found }];
  });
}
