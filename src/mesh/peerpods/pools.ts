import type { Graph } from "../../model/graph.ts";
import { installConfigKind } from "../../model/install-config.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, type Mapping, type Path, valueAt } from "../../model/value.ts";
import { type Place, read, readMap, readNumber, type Reading } from "../field.ts";
import { kinds } from "../kinds.ts";
import { anyOf, labelsOf, type Labels, matchesLabels, matchesSelector, type Match } from "../label-match.ts";
import { once } from "../memo.ts";
import { peerPodsState } from "./settings.ts";

/** The label of the nodes that the operator gives sandboxes to. */
export const kataRole = "node-role.kubernetes.io/kata-oc";
const workerRole = "node-role.kubernetes.io/worker";

/** Which nodes run peer pods: those of the PeerPodConfig, by default those of the operator's own pool. */
export function nodeSelectorOf(config: Resource): Reading<Mapping> {
  const written = readMap(config, ["spec", "nodeSelector"]);
  return written.state === "absent" ? { state: "value", value: { [kataRole]: "" } } : written;
}

/**
 * Labels of nodes that a MachineSet makes: the machines of the workers' user data have the worker's role too, and the
 * operator gives its own role to those that a KataConfig selects (all workers if it says nothing).
 */
function machineLabels(graph: Graph, set: Resource): Labels {
  const written = labelsOf(valueAt(set.value, ["spec", "template", "spec", "metadata", "labels"]));
  const labels = { entries: new Map([[workerRole, ""], ...written.entries]), complete: written.complete };
  const chosen = anyOf(
    graph
      .all(kinds.KataConfig)
      .map((config) => matchesSelector(valueAt(config.value, ["spec", "kataConfigPoolSelector"]), labels)),
  );
  if (chosen === "yes") labels.entries.set(kataRole, "");
  return chosen === "unknown" ? { ...labels, complete: false } : labels;
}

/** The labels that a pool's nodes have in common. */
const poolLabels = (pool: Resource): Labels =>
  labelsOf(valueAt(pool.value, ["spec", "nodeSelector", "matchLabels"]));

/** Whether some node may have the labels of a selector, as far as nodes, machines, pools and the operator tell. */
export function hasNodes(graph: Graph, selector: Mapping): Match {
  const candidates: Match[] = [
    ...graph.all(kinds.Node).map((node) => labelsOf(valueAt(node.value, ["metadata", "labels"]))),
    ...graph.all(kinds.MachineSet).map((set) => machineLabels(graph, set)),
    ...graph.all(kinds.MachineConfigPool).map(poolLabels),
  ].map((labels) => matchesLabels(selector, labels));
  // With a KataConfig the operator makes the pool and labels its nodes.
  const state = peerPodsState(graph).state;
  if (graph.all(kinds.KataConfig).length > 0 || state === "enabled")
    candidates.push(
      matchesLabels(selector, {
        entries: new Map([
          [kataRole, ""],
          [workerRole, ""],
        ]),
        complete: true,
      }),
    );
  const found = anyOf(candidates);
  if (found !== "no" || graph.owns("nodes")) return found;
  return "unknown";
}

function replicasOf(resource: Resource, path: Path, usual: number): number | null {
  const written = readNumber(resource, path);
  if (written.state === "absent") return usual;
  return written.state === "value" ? written.value : null;
}

/** How many nodes take peer pods; null: not known. */
export const nodeCount = once((graph: Graph): number | null => {
  const selectors = graph.all(kinds.PeerPodConfig).map(nodeSelectorOf);
  const [first = { state: "value", value: { [kataRole]: "" } } as const] = selectors;
  if (selectors.length > 1 || first.state !== "value") return null;
  const nodes = graph
    .all(kinds.Node)
    .map((node) => matchesLabels(first.value, labelsOf(valueAt(node.value, ["metadata", "labels"]))));
  if (nodes.includes("unknown")) return null;
  const ready = nodes.filter((match) => match === "yes").length;
  if (ready > 0) return ready;
  let sum = 0;
  let found = false;
  for (const set of graph.all(kinds.MachineSet)) {
    const match = matchesLabels(first.value, machineLabels(graph, set));
    const replicas = match === "no" ? 0 : replicasOf(set, ["spec", "replicas"], 1);
    if (match === "unknown" || replicas === null || isScaled(graph, set)) return null;
    found ||= match === "yes";
    sum += replicas;
  }
  return found ? sum : null;
});

const machineAutoscaler = "MachineAutoscaler.autoscaling.openshift.io";

/** Whether an autoscaler decides how many machines a set has. */
function isScaled(graph: Graph, set: Resource): boolean {
  return graph
    .all(machineAutoscaler)
    .some((scaler) => valueAt(scaler.value, ["spec", "scaleTargetRef", "name"]) === set.name);
}

/** Where the set says that the cluster has no worker at all; null: it does not. */
export const withoutWorkers = once((graph: Graph): Place | null => {
  const sets = graph.all(kinds.MachineSet);
  const empty = (set: Resource) => replicasOf(set, ["spec", "replicas"], 1) === 0 && !isScaled(graph, set);
  const own = (resource: Resource) => resource.standing === "own";
  if (graph.all(kinds.Node).some((node) => read(node, ["metadata", "labels", workerRole]).state === "value"))
    return null;
  if (sets.length > 0) {
    const place = sets.every(empty) ? sets.find(own) : undefined;
    return place ? { resource: place, path: ["spec", "replicas"] } : null;
  }
  for (const install of graph.own(installConfigKind)) {
    const pools = valueAt(install.value, ["compute"]);
    if (!isList(pools) || pools.length === 0) continue;
    const none = pools.every((_pool, index) => replicasOf(install, ["compute", index, "replicas"], 3) === 0);
    if (none) return { resource: install, path: ["compute", 0, "replicas"] };
  }
  return null;
});
