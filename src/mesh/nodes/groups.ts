import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Kind, Resource } from "../../model/resource.ts";
import { isList, isMapping, type Mapping, type Path, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { type Labels, labelsOf, type Match } from "../label-match.ts";
import { once } from "../memo.ts";
import { isTemplated, nodeRole } from "./pools.ts";

/** A node, or the nodes that a Machine or MachineSet will make. */
export interface NodeGroup {
  readonly resource: Resource;
  readonly labelsPath: Path;
  /** Labels that the manifest gives, and the role that the kubelet registers with, where that is known. */
  readonly labels: Labels;
  readonly taintsPath: Path;
  readonly taints: readonly Mapping[];
}

interface Layout {
  readonly labels: Path;
  readonly taints: Path;
  /** Null: the object is the node itself. */
  readonly provider: Path | null;
}

const layouts: Readonly<Record<Kind, Layout>> = {
  [kinds.Node]: { labels: ["metadata", "labels"], taints: ["spec", "taints"], provider: null },
  [kinds.Machine]: {
    labels: ["spec", "metadata", "labels"],
    taints: ["spec", "taints"],
    provider: ["spec", "providerSpec", "value"],
  },
  [kinds.MachineSet]: {
    labels: ["spec", "template", "spec", "metadata", "labels"],
    taints: ["spec", "template", "spec", "taints"],
    provider: ["spec", "template", "spec", "providerSpec", "value"],
  },
};

export const nodeGroupKinds: readonly Kind[] = [kinds.Node, kinds.Machine, kinds.MachineSet];
export const workerRole = `${nodeRole}worker`;
const controlPlaneRoles: readonly string[] = [`${nodeRole}master`, `${nodeRole}control-plane`];

/** Whether machines start with the Ignition config of a role, which makes their kubelet register with that role. */
function startsAs(role: "worker" | "master", resource: Resource, { provider }: Layout): Match {
  if (provider === null) return "no";
  const name = valueAt(resource.value, [...provider, "userDataSecret", "name"]);
  if (name === undefined || name === null) return "no";
  if (typeof name !== "string" || isUnknown(name)) return "unknown";
  return name.startsWith(`${role}-user-data`) ? "yes" : "unknown";
}

function groupOf(resource: Resource, layout: Layout): NodeGroup {
  const written = labelsOf(valueAt(resource.value, layout.labels));
  const entries = new Map(written.entries);
  let { complete } = written;
  for (const role of ["worker", "master"] as const) {
    const starts = startsAs(role, resource, layout);
    if (starts === "yes") {
      entries.set(`${nodeRole}${role}`, "");
      complete = written.complete;
      break;
    }
    if (starts === "unknown") complete = false;
  }
  const taints = valueAt(resource.value, layout.taints);
  return {
    resource,
    labelsPath: layout.labels,
    labels: { entries, complete },
    taintsPath: layout.taints,
    taints: isList(taints) ? taints.filter(isMapping) : [],
  };
}

/** What a Node, Machine or MachineSet says about nodes; null for other kinds. */
export function nodeGroup(resource: Resource): NodeGroup | null {
  const layout = layouts[resource.kind];
  return layout ? groupOf(resource, layout) : null;
}

/** All nodes, Machines and MachineSets of the set and its context. */
export const nodeGroups = once((graph: Graph): readonly NodeGroup[] =>
  graph.all(...nodeGroupKinds).flatMap((resource) => nodeGroup(resource) ?? []),
);

/** Roles of a node that OpenShift does not ship: `infra`, `gpu`, … */
export function customRoles({ labels }: NodeGroup): readonly string[] {
  return [...labels.entries.keys()]
    .filter((key) => key.startsWith(nodeRole) && key !== workerRole && !controlPlaneRoles.includes(key))
    .map((key) => key.slice(nodeRole.length))
    .filter((role) => role !== "" && role !== "arbiter" && !isTemplated(role));
}

export function isControlPlane({ labels }: NodeGroup): boolean {
  return controlPlaneRoles.some((role) => labels.entries.has(role));
}
