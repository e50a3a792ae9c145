import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, type Value, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { anyOf, type Labels, labelsOf, type Match, matchesSelector } from "../label-match.ts";
import { once } from "../memo.ts";

/** The label of a MachineConfig that says which pools take it. */
export const roleKey = "machineconfiguration.openshift.io/role";
/** The labels of nodes that say what they are for. */
export const nodeRole = "node-role.kubernetes.io/";
/** The labels of the pools that every cluster has, by which KubeletConfigs find them. */
const builtInLabel = "pools.operator.machineconfiguration.openshift.io/";

/** Pools that OpenShift ships; all others inherit from `worker`. */
const shipped: ReadonlySet<string> = new Set(["master", "worker", "arbiter"]);

export interface Pool {
  readonly name: string;
  /** Null: a pool that every cluster has, and the set does not define. */
  readonly resource: Resource | null;
  readonly machineConfigSelector: Value | undefined;
  readonly nodeSelector: Value | undefined;
  readonly labels: Labels;
}

/** Whether a name or label is filled in by somebody else: no name has a `$`, which policies use without braces. */
export function isTemplated(text: string): boolean {
  return isUnknown(text) || text.includes("$");
}

/** Labels of an object; where Kustomize adds some, there may be more. */
export function objectLabels(resource: Resource): Labels {
  const labels = labelsOf(valueAt(resource.value, ["metadata", "labels"]));
  const entries = [...labels.entries].filter(([, value]) => !isTemplated(value));
  const open =
    resource.rendering?.labels === true || resource.form === "patch" || entries.length < labels.entries.size;
  return { entries: new Map(entries), complete: labels.complete && !open };
}

function builtIn(name: "master" | "worker"): Pool {
  return {
    name,
    resource: null,
    machineConfigSelector: { matchLabels: { [roleKey]: name } },
    nodeSelector: { matchLabels: { [`${nodeRole}${name}`]: "" } },
    labels: { entries: new Map([[`${builtInLabel}${name}`, ""]]), complete: true },
  };
}

/**
 * What a MachineConfigPool says. Of the pools that every cluster has, manifests often give a part only, which is added
 * to what is there.
 */
export function poolOf(resource: Resource): Pool {
  const { name } = resource;
  const own = objectLabels(resource);
  const shippedPool = name === "master" || name === "worker" ? builtIn(name) : null;
  const entries = new Map([...own.entries, ...(shippedPool?.labels.entries ?? [])]);
  const field = (key: "machineConfigSelector" | "nodeSelector"): Value | undefined =>
    valueAt(resource.value, ["spec", key]) ?? shippedPool?.[key];
  return {
    name,
    resource,
    machineConfigSelector: field("machineConfigSelector"),
    nodeSelector: field("nodeSelector"),
    labels: { ...own, entries },
  };
}

export function isCustom({ name }: { readonly name: string }): boolean {
  return !shipped.has(name);
}

/** The pools of the set and its context, and `master` and `worker`, which every cluster has. */
export const pools = once((graph: Graph): readonly Pool[] => {
  const defined = graph.all(kinds.MachineConfigPool).map(poolOf);
  const missing = (["master", "worker"] as const).filter(
    (name) => !defined.some((pool) => pool.name === name),
  );
  return [...missing.map(builtIn), ...defined];
});

/** Whether a pool takes a MachineConfig with these labels; without a selector it takes none. */
export function takes(pool: Pool, config: Labels): Match {
  return pool.machineConfigSelector === undefined || pool.machineConfigSelector === null
    ? "no"
    : matchesSelector(pool.machineConfigSelector, config);
}

function isEmpty(selector: Value | undefined): boolean {
  if (selector === undefined || selector === null) return true;
  return isMapping(selector) && Object.values(selector).every((part) => Object.keys(part ?? {}).length === 0);
}

/**
 * Whether a selector picks an object with these labels. Unlike elsewhere in Kubernetes an empty one picks nothing
 * (openshift/machine-config-operator `pkg/helpers/helpers.go`, `ListPools`).
 */
export function picks(selector: Value | undefined, labels: Labels): Match {
  return isEmpty(selector) ? "no" : matchesSelector(selector, labels);
}

/** Whether some pool takes a MachineConfig. */
export function takenBySome(graph: Graph, config: Resource): Match {
  return anyOf(pools(graph).map((pool) => takes(pool, objectLabels(config))));
}

/** The MachineConfigs of the set and its context that a pool takes for certain. */
export function configsOf(graph: Graph, pool: Pool): readonly Resource[] {
  return graph.all(kinds.MachineConfig).filter((config) => takes(pool, objectLabels(config)) === "yes");
}

/** Whether a `machineConfigPoolSelector` picks some pool; labels that a patch gives to one count. */
export function selectsSomePool(graph: Graph, selector: Value): Match {
  const patched = graph
    .fragments(kinds.MachineConfigPool)
    .filter(({ form }) => form === "patch")
    .map((patch) => labelsOf(valueAt(patch.value, ["metadata", "labels"])));
  return anyOf(
    [...pools(graph).map(({ labels }) => labels), ...patched].map((labels) => picks(selector, labels)),
  );
}
