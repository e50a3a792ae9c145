import type { Graph, PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isList, isMapping, type Mapping, type Path, valueAt } from "../../model/value.ts";
import { once } from "../memo.ts";
import { type NodeGroup, nodeGroups } from "./groups.ts";
import { nodeRole } from "./pools.ts";

export const infraRole = `${nodeRole}infra`;

/** Taints that keep pods away for certain; `PreferNoSchedule` only asks. */
export function holdingTaints({ taints }: NodeGroup): readonly Mapping[] {
  return taints.filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
}

/** Keys of the taints of infrastructure nodes: the usual one, and those that the manifests give them. */
export const infraTaintKeys = once((graph: Graph): ReadonlySet<string> => {
  const keys = new Set([infraRole]);
  for (const group of nodeGroups(graph))
    if (group.labels.entries.has(infraRole))
      for (const { key } of holdingTaints(group))
        if (typeof key === "string" && !isUnknown(key)) keys.add(key);
  return keys;
});

/** Where a pod tolerates the taints of infrastructure nodes; null if it does not. */
export function infraToleration(graph: Graph, pod: PodTemplate): Path | null {
  const tolerations = pod.spec.tolerations;
  const wantsInfra = valueAt(pod.spec, ["nodeSelector", infraRole]) !== undefined;
  if (!isList(tolerations)) return null;
  const index = tolerations.findIndex((toleration) => {
    if (!isMapping(toleration)) return false;
    const { key, operator } = toleration;
    // Agents on every node tolerate everything; only who also asks for these nodes means them.
    if (key === undefined || key === "") return operator === "Exists" && wantsInfra;
    return typeof key === "string" && infraTaintKeys(graph).has(key);
  });
  return index < 0 ? null : [...pod.specPath, "tolerations", index];
}

/**
 * Namespaces of what may run on infrastructure nodes without a worker's subscription: the platform, and the products
 * that Red Hat names beside it.
 */
export function isInfrastructureNamespace(namespace: string): boolean {
  return (
    /^(?:openshift|kube|open-cluster-management|rhacs|stackrox|quay)(?:-|$)/.test(namespace) ||
    ["multicluster-engine", "hive", "cert-manager", "cert-manager-operator"].includes(namespace)
  );
}
