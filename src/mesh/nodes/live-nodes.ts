import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { isControlPlane, nodeGroup } from "./groups.ts";

/** Objects of a set that stand for its nodes; what is found about a cluster's nodes is told at the first of these. */
export const anchorKinds = [
  kinds.MachineConfigPool,
  kinds.MachineSet,
  kinds.Machine,
  kinds.MachineConfig,
  kinds.KubeletConfig,
  kinds.ContainerRuntimeConfig,
  kinds.Node,
] as const;

/** The object at which a set hears of its cluster's nodes: the pool of that name if it has one. */
export function anchorOf(graph: Graph, pool: string): Resource | null {
  const all = anchorKinds.flatMap((kind) => graph.own(kind));
  const named = all.find(({ kind, name }) => kind === kinds.MachineConfigPool && name === pool);
  return named ?? all[0] ?? null;
}

export interface RunningNode {
  readonly resource: Resource;
  readonly controlPlane: boolean;
  /** `Red Hat Enterprise Linux CoreOS 48.84…`; null if the node does not report one. */
  readonly system: string | null;
}

/** The nodes of the cluster with the operating systems that they report. */
export function runningNodes(graph: Graph): readonly RunningNode[] {
  return graph.all(kinds.Node).map((node) => {
    const resource = graph.live(node) ?? node;
    const system = valueAt(resource.value, ["status", "nodeInfo", "osImage"]);
    const group = nodeGroup(resource);
    return {
      resource,
      controlPlane: group !== null && isControlPlane(group),
      system: typeof system === "string" && system !== "" ? system : null,
    };
  });
}

/** Who signs the certificates of kubelets. */
const kubeletSigners: readonly unknown[] = [
  "kubernetes.io/kube-apiserver-client-kubelet",
  "kubernetes.io/kubelet-serving",
];

const outcomes: readonly unknown[] = ["Approved", "Denied", "Failed"];

export interface PendingRequest {
  readonly resource: Resource;
  /** Milliseconds since it was made; null if it does not say. */
  readonly age: number | null;
}

/** Requests for certificates of kubelets that nobody has approved or denied. */
export function pendingRequests(graph: Graph, now: Date): readonly PendingRequest[] {
  return graph.all(kinds.CertificateSigningRequest).flatMap((resource) => {
    const { value } = resource;
    if (!kubeletSigners.includes(valueAt(value, ["spec", "signerName"]))) return [];
    const conditions = valueAt(value, ["status", "conditions"]);
    const decided = (isList(conditions) ? conditions : []).some(
      (condition) => isMapping(condition) && outcomes.includes(condition.type ?? null),
    );
    if (decided || valueAt(value, ["status", "certificate"]) !== undefined) return [];
    const made = valueAt(value, ["metadata", "creationTimestamp"]);
    const since = typeof made === "string" ? Date.parse(made) : Number.NaN;
    return [{ resource, age: Number.isNaN(since) ? null : now.getTime() - since }];
  });
}
