import type { Resource } from "../../model/resource.ts";
import { plainText } from "../../model/value.ts";
import type { Flaw } from "./flaw.ts";
import { filesOf, unitsOf } from "./ignition-parts.ts";

/** Files and units that have a resource of their own. */
const managed: ReadonlyMap<unknown, string> = new Map(
  Object.entries({
    "/etc/containers/registries.conf":
      "an ImageDigestMirrorSet (before OpenShift 4.13 an ImageContentSourcePolicy)",
    "/etc/containers/storage.conf": "a ContainerRuntimeConfig",
    "/etc/crio/crio.conf": "a ContainerRuntimeConfig",
    "/etc/kubernetes/kubelet.conf": "a KubeletConfig",
    "kubelet.service": "a KubeletConfig",
  }),
);

const containerRun = /^\s*[-@:+!]{0,4}(?:\S*\/)?(?:podman|docker)\s+(?:\S+\s+){0,5}?run\b/;
/** What has to be there before the kubelet is cannot be a pod. */
const beforeKubelet =
  /^\s*(?:Before|RequiredBy|WantedBy)\s*=.*\b(?:kubelet|crio)(?:-dependencies)?\.(?:service|target)\b/m;

/** Whether all that a systemd unit does is to run a container. */
export function merelyRunsContainer(unit: string): boolean {
  if (beforeKubelet.test(unit)) return false;
  // A line that ends in a backslash goes on in the next one.
  const commands = [...unit.replaceAll("\\\n", " ").matchAll(/^\s*ExecStart\s*=(.*)$/gm)]
    .map(([line]) => line.slice(line.indexOf("=") + 1))
    .filter((command) => command.trim() !== "");
  return commands.length > 0 && commands.every((command) => containerRun.test(command));
}

/** Parts of a MachineConfig that another kind of resource is there for. */
export function managedParts(config: Resource): readonly Flaw[] {
  const files = filesOf(config).flatMap(({ path, value }): readonly Flaw[] => {
    const kind = managed.get(value.path);
    if (kind === undefined) return [];
    const message = `${plainText(value.path)} is written by the operator: its settings belong into ${kind}`;
    return [{ path: [...path, "path"], message, advice: `use ${kind}` }];
  });
  const units = unitsOf(config).flatMap(({ path, value }): readonly Flaw[] => {
    if (typeof value.contents !== "string" || typeof value.name !== "string") return [];
    const kind = managed.get(value.name);
    if (kind !== undefined) {
      const message = `unit ${value.name} is written by the operator: its settings belong into ${kind}`;
      return [{ path: [...path, "name"], message, advice: `use ${kind}` }];
    }
    if (!merelyRunsContainer(value.contents)) return [];
    const message = `unit ${value.name} merely runs a container, which nothing schedules, restarts elsewhere or updates`;
    return [{ path: [...path, "name"], message, advice: "run it as a DaemonSet or Deployment" }];
  });
  return [...files, ...units];
}
