import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isMapping, type Path, valueAt } from "../../model/value.ts";
import { annotation, type Place, read } from "../field.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { quantity, wholeNumber } from "./quantity.ts";
import { gpuKey } from "./resource-names.ts";

/** How many GPUs there are; `at`: the object that tells, null for the config. */
export type Capacity =
  | { readonly state: "known"; readonly count: bigint; readonly at: Place | null }
  | { readonly state: "unknown"; readonly needs: string };

/** Annotation of a MachineSet with the GPUs of one of its machines (openshift/machine-api-provider-aws and others). */
export const machineGpuKey = "machine.openshift.io/GPU";

const unknown = (needs: string): Capacity => ({ state: "unknown", needs });

/** Text by which the device plugin makes several resources of one GPU (NVIDIA/k8s-device-plugin). */
const sharing = /timeSlicing|\bmps:/;

/** Whether GPUs are shared out, so that a node has more of them than machines tell. */
const isShared = once((graph: Graph): boolean => {
  const maps = graph.all(kinds.ConfigMap).some(({ value }) => {
    const data = value.data ?? null;
    return (
      isMapping(data) && Object.values(data).some((text) => typeof text === "string" && sharing.test(text))
    );
  });
  const named = graph
    .all(kinds.ClusterPolicy)
    .some((policy) => read(policy, ["spec", "devicePlugin", "config", "name"]).state !== "absent");
  return maps || named;
});

interface Node {
  readonly count: bigint;
  readonly at: Place;
}

/** What each node has to give, where all of them tell (a cluster's own objects). */
function nodes(graph: Graph, key: string): readonly Node[] | null {
  const found = graph.all(kinds.Node).map((node): Node | null => {
    for (const list of ["allocatable", "capacity"]) {
      const given = valueAt(node.value, ["status", list]);
      if (!isMapping(given)) continue;
      const path: Path = ["status", list, key];
      const size = quantity(valueAt(node.value, path) ?? 0);
      return { count: (size === null ? null : wholeNumber(size)) ?? 0n, at: { resource: node, path } };
    }
    return null;
  });
  const telling = found.filter((node) => node !== null);
  return telling.length === found.length && found.length > 0 ? telling : null;
}

interface Machines {
  readonly set: Resource;
  /** GPUs of one machine. */
  readonly each: bigint;
  /** Null: not known, or a MachineAutoscaler changes it. */
  readonly replicas: bigint | null;
}

const machineSets = once((graph: Graph): readonly Machines[] => {
  const scaled = graph
    .all(kinds.MachineAutoscaler)
    .map(({ value }) => valueAt(value, ["spec", "scaleTargetRef", "name"]));
  return graph.all(kinds.MachineSet).flatMap((set): readonly Machines[] => {
    const reading = annotation(set, machineGpuKey);
    if (reading.state !== "value" || !/^\d{1,4}$/.test(reading.value)) return [];
    const replicas = valueAt(set.value, ["spec", "replicas"]) ?? 1;
    const fixed = typeof replicas === "number" && Number.isInteger(replicas) && !scaled.includes(set.name);
    return [{ set, each: BigInt(reading.value), replicas: fixed ? BigInt(replicas) : null }];
  });
});

const place = (set: Resource): Place => ({ resource: set, path: ["metadata", "annotations", machineGpuKey] });

function machinesTell(graph: Graph, key: string): Capacity | readonly Machines[] {
  const sets = machineSets(graph);
  if (key !== gpuKey) return unknown(`the nodes, which tell how many ${key} they have`);
  if (sets.length === 0) return unknown("the GPUs of the nodes (MachineSets, or this rule's options)");
  return isShared(graph) ? unknown("the nodes, whose GPUs are shared out") : sets;
}

/** A number of GPUs in the options of a rule; null if it is not given. */
function configured(option: unknown): bigint | null {
  return typeof option === "number" && option > 0 ? BigInt(Math.floor(option)) : null;
}

/** The most GPUs that one node has: by the config, by the nodes themselves, or by the MachineSets. */
export function largestNode(graph: Graph, key: string, option: unknown): Capacity {
  const count = configured(option);
  if (count !== null && key === gpuKey) return { state: "known", count, at: null };
  const all = nodes(graph, key);
  const [first] = all ?? [];
  if (all && first) {
    const most = all.reduce((best, node) => (node.count > best.count ? node : best), first);
    return { state: "known", ...most };
  }
  const sets = machinesTell(graph, key);
  if ("state" in sets) return sets;
  const each = sets.reduce((high, set) => (set.each > high ? set.each : high), 0n);
  const [largest] = sets.filter((set) => set.each === each);
  return { state: "known", count: each, at: largest ? place(largest.set) : null };
}

/** All GPUs of the cluster: by the config, by the nodes themselves, or by the MachineSets. */
export function allGpus(graph: Graph, key: string, option: unknown): Capacity {
  const given = configured(option);
  if (given !== null && key === gpuKey) return { state: "known", count: given, at: null };
  const all = nodes(graph, key);
  if (all) {
    const count = all.reduce((sum, node) => sum + node.count, 0n);
    return { state: "known", count, at: all.find((node) => node.count > 0n)?.at ?? null };
  }
  const sets = machinesTell(graph, key);
  if ("state" in sets) return sets;
  let count = 0n;
  for (const { replicas, each } of sets) {
    if (replicas === null) return unknown("how many machines with GPUs there are");
    count += replicas * each;
  }
  const [first] = sets;
  return { state: "known", count, at: first ? place(first.set) : null };
}
