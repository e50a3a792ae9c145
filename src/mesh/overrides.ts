import type { Resource } from "../model/resource.ts";
import { isList, isMapping } from "../model/value.ts";
import type { Mapping, Path, Value } from "../model/value.ts";
import { read, readList, readString } from "./field.ts";
import type { Reading } from "./field.ts";
import { kinds } from "./kinds.ts";

/** One entry of `spec.deployments` or `spec.workloads` of an operator's custom resource. */
export interface OverrideEntry {
  readonly list: "deployments" | "workloads";
  readonly path: Path;
  /** The workload that it is about; it may stand anywhere in the entry, and may be missing. */
  readonly name: Reading<string>;
  readonly value: Mapping;
}

/** A value that an override sets, and where. */
export interface OverrideSetting {
  readonly value: Value;
  readonly path: Path;
}

/** What all entries of one workload set together; of equal keys the later entry wins. */
export interface WorkloadOverride {
  /** In the order in which they count. */
  readonly entries: readonly OverrideEntry[];
  readonly labels: ReadonlyMap<string, OverrideSetting>;
  readonly annotations: ReadonlyMap<string, OverrideSetting>;
  /** Keys are `<container>/<variable>`. */
  readonly env: ReadonlyMap<string, OverrideSetting>;
  /** Some entry's name or content is a placeholder: it may set more than what is listed here. */
  readonly open: boolean;
}

/**
 * Every entry in the order in which they count: `spec.deployments` (deprecated; KnativeKafka has none), then
 * `spec.workloads` (knative/operator `pkg/apis/operator/base/common.go` GetWorkloadOverrides; definition D5).
 */
export function overrideEntries(operator: Resource): readonly OverrideEntry[] {
  const lists =
    operator.kind === kinds.KnativeKafka ? ["workloads" as const] : (["deployments", "workloads"] as const);
  return lists.flatMap((list) => {
    const entries = readList(operator, ["spec", list]);
    if (entries.state !== "value") return [];
    return entries.value.flatMap((value, index): readonly OverrideEntry[] => {
      const path = ["spec", list, index];
      return isMapping(value) ? [{ list, path, name: readString(operator, [...path, "name"]), value }] : [];
    });
  });
}

function isOpen(operator: Resource): boolean {
  return ["deployments", "workloads"].some((list) => {
    const reading = readList(operator, ["spec", list]);
    return reading.state === "unknown" && operator.form === "full";
  });
}

/** What the entries for one workload set together: they go to the object and to its pod template. */
export function workloadOverride(operator: Resource, workload: string): WorkloadOverride {
  const all = overrideEntries(operator);
  const entries = all.filter(({ name }) => name.state === "value" && name.value === workload);
  const labels = new Map<string, OverrideSetting>();
  const annotations = new Map<string, OverrideSetting>();
  const env = new Map<string, OverrideSetting>();
  for (const entry of entries) {
    const own = settingsOf(operator, entry);
    for (const [key, setting] of own.labels) labels.set(key, setting);
    for (const [key, setting] of own.annotations) annotations.set(key, setting);
    for (const [key, setting] of own.env) env.set(key, setting);
  }
  const open = isOpen(operator) || all.some(({ name }) => name.state === "unknown");
  return { entries, labels, annotations, env, open };
}

/** What one entry sets. Keys of `env` are `<container>/<variable>`. */
export function settingsOf(
  operator: Resource,
  entry: OverrideEntry,
): Readonly<Record<"labels" | "annotations" | "env", ReadonlyMap<string, OverrideSetting>>> {
  const labels = new Map<string, OverrideSetting>();
  const annotations = new Map<string, OverrideSetting>();
  const env = new Map<string, OverrideSetting>();
  collect(operator, [...entry.path, "labels"], labels);
  collect(operator, [...entry.path, "annotations"], annotations);
  collectEnv(entry, env);
  return { labels, annotations, env };
}

function collect(operator: Resource, path: Path, into: Map<string, OverrideSetting>): void {
  const map = read(operator, path);
  if (map.state !== "value" || !isMapping(map.value)) return;
  for (const [key, value] of Object.entries(map.value)) into.set(key, { value, path: [...path, key] });
}

/** `env: [{container: controller, envVars: [{name, value}]}]`. */
function collectEnv(entry: OverrideEntry, into: Map<string, OverrideSetting>): void {
  const containers = isList(entry.value.env) ? entry.value.env : [];
  for (const [index, item] of containers.entries()) {
    if (!isMapping(item) || typeof item.container !== "string" || !isList(item.envVars)) continue;
    for (const [at, variable] of item.envVars.entries()) {
      if (!isMapping(variable) || typeof variable.name !== "string") continue;
      const path = [...entry.path, "env", index, "envVars", at, "value"];
      into.set(`${item.container}/${variable.name}`, { value: variable.value ?? null, path });
    }
  }
}
