import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Mapping, type Value, valueAt } from "../../model/value.ts";
import { readBoolean } from "../field.ts";
import { objectLabels, type Pool, pools, takes } from "./pools.ts";
import { textOf } from "./same-value.ts";

/** What a changed MachineConfig does to nodes that are not held back. */
export type RollOut =
  | { readonly state: "found"; readonly pool: string; readonly effect: "drains" | "restarts" }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/**
 * Files that the daemon writes without a restart, and what it does instead (openshift/machine-config-operator
 * `docs/MachineConfigDaemon.md`, "Rebootless Updates").
 */
const gentleFiles: ReadonlyMap<string, "nothing" | "drains"> = new Map([
  ["/etc/kubernetes/kubelet-ca.crt", "nothing"],
  ["/var/lib/kubelet/config.json", "nothing"],
  ["/etc/machine-config-daemon/no-reboot/containers-gpg.pub", "nothing"],
  ["/etc/containers/policy.json", "nothing"],
  ["/etc/containers/registries.conf", "drains"],
]);

const sshKeys = "keys of the user core";

function without(value: Mapping, ...keys: readonly string[]): Mapping {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

const mapping = (value: Value | undefined): Mapping => (isMapping(value) ? value : {});

/** What a MachineConfig sets, each part with a text that changes with it. */
function partsOf(config: Resource | undefined): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  if (!config) return parts;
  const spec = mapping(valueAt(config.value, ["spec"]));
  const ignition = mapping(spec.config);
  const storage = mapping(ignition.storage);
  for (const file of isList(storage.files) ? storage.files : []) {
    const path = valueAt(file, ["path"]);
    parts.set(typeof path === "string" ? path : "a file", textOf(file));
  }
  if (ignition.passwd !== undefined) parts.set(sshKeys, textOf(ignition.passwd));
  // The version of the format alone changes nothing on a node.
  const units = without(ignition, "passwd", "storage", "ignition");
  const others = { ...without(spec, "config"), ...units, storage: without(storage, "files") };
  for (const [key, value] of Object.entries(others))
    if (textOf(value) !== "{}" && textOf(value) !== "[]") parts.set(key, textOf(value));
  return parts;
}

function effectOf(now: Resource, before: Resource | undefined): "nothing" | "drains" | "restarts" {
  const [next, old] = [partsOf(now), partsOf(before)];
  const changed = [...new Set([...next.keys(), ...old.keys()])].filter(
    (key) => next.get(key) !== old.get(key),
  );
  const effects = changed.map((key) => (key === sshKeys ? "nothing" : (gentleFiles.get(key) ?? "restarts")));
  if (effects.includes("restarts")) return "restarts";
  return effects.includes("drains") ? "drains" : "nothing";
}

function isPaused({ resource }: Pool): boolean | null {
  const paused = resource ? readBoolean(resource, ["spec", "paused"]) : ({ state: "absent" } as const);
  if (paused.state === "unknown") return null;
  return paused.state === "value" && paused.value;
}

/** What the difference of a MachineConfig to the base revision does to the first pool that is not paused. */
export function rollOut(graph: Graph, base: Graph, config: Resource): RollOut {
  const [before] = base.named(config.kind, null, config.name);
  const effect = effectOf(config, before);
  if (effect === "nothing")
    return { state: "none", why: "nodes take what changed without a drain or restart" };
  const taking = pools(graph).filter((pool) => takes(pool, objectLabels(config)) === "yes");
  const open = taking.find((pool) => isPaused(pool) === false);
  if (open) return { state: "found", pool: open.name, effect };
  if (taking.some((pool) => isPaused(pool) === null))
    return { state: "unknown", needs: "whether the pools are paused" };
  return { state: "none", why: "the pools that take it are paused" };
}
