import type { Graph, PodTemplate } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, valueAt } from "../../model/value.ts";
import { annotation, readNumber, type Reading } from "../field.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { peerPods } from "./runtime-classes.ts";
import { nodeCount } from "./pools.ts";

/** How many pods a workload wants at the same time at least; to what it may grow says nothing about that. */
export interface Demand {
  readonly pod: PodTemplate;
  readonly least: number;
}

function numberOf(reading: Reading<number>, usual: number): number | null {
  if (reading.state === "absent") return usual;
  return reading.state === "value" ? reading.value : null;
}

/** The lower scale of a revision, in both spellings; null: not known. */
function leastScale(pod: PodTemplate): number | null {
  for (const key of ["min-scale", "minScale"]) {
    const written = annotation(pod, `autoscaling.knative.dev/${key}`);
    if (written.state === "absent") continue;
    const isNumber = written.state === "value" && /^\d+$/.test(written.value);
    return isNumber ? Number(written.value) : null;
  }
  return 0;
}

function revisionDemand(pod: PodTemplate): Demand | null {
  const least = leastScale(pod);
  return least === null ? null : { pod, least };
}

function jobDemand(pod: PodTemplate, base: readonly string[]): Demand | null {
  const parallel = numberOf(readNumber(pod.resource, [...base, "parallelism"]), 1);
  const completions = readNumber(pod.resource, [...base, "completions"]);
  if (parallel === null || completions.state === "unknown") return null;
  const all = completions.state === "value" ? Math.min(parallel, completions.value) : parallel;
  return { pod, least: all };
}

/** The HorizontalPodAutoscalers that scale a workload. */
export function autoscalersOf(graph: Graph, resource: Resource): readonly Resource[] {
  return (autoscalers(graph).get(resource.name) ?? []).filter((scaler) => {
    const kind = valueAt(scaler.value, ["spec", "scaleTargetRef", "kind"]);
    return kind === resource.id.kind && scaler.namespace === resource.namespace;
  });
}

const autoscalers = once((graph: Graph): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Resource[]>();
  for (const scaler of graph.all(kinds.HorizontalPodAutoscaler)) {
    const name = valueAt(scaler.value, ["spec", "scaleTargetRef", "name"]);
    if (typeof name === "string") found.set(name, [...(found.get(name) ?? []), scaler]);
  }
  return found;
});

function replicaDemand(graph: Graph, pod: PodTemplate): Demand | null {
  const { resource } = pod;
  const [scaler] = autoscalersOf(graph, resource);
  if (scaler) {
    const least = numberOf(readNumber(scaler, ["spec", "minReplicas"]), 1);
    return least === null ? null : { pod, least };
  }
  const replicas = numberOf(readNumber(resource, ["spec", "replicas"]), 1);
  return replicas === null ? null : { pod, least: replicas };
}

function demandOf(graph: Graph, pod: PodTemplate): Demand | null {
  switch (pod.resource.kind) {
    case kinds.KnativeService:
    case kinds.Configuration:
    case kinds.Revision:
      return revisionDemand(pod);
    case kinds.Job:
      return jobDemand(pod, ["spec"]);
    case kinds.CronJob:
      return jobDemand(pod, ["spec", "jobTemplate", "spec"]);
    case kinds.DaemonSet: {
      const nodes = nodeCount(graph);
      return nodes === null ? null : { pod, least: nodes };
    }
    case kinds.Pod:
      return { pod, least: 1 };
    default:
      return replicaDemand(graph, pod);
  }
}

/** What a set's peer pods want together; null: the number of some workload is not known. */
export const demands = once((graph: Graph): readonly Demand[] | null => {
  // A Knative Service makes Configuration and Revision itself: what an owner makes is counted there.
  const pods = peerPods(graph).filter(({ resource }) => {
    const owners = valueAt(resource.value, ["metadata", "ownerReferences"]) ?? null;
    return !isList(owners) || owners.length === 0;
  });
  const found = pods.flatMap((pod) => demandOf(graph, pod) ?? []);
  return found.length === pods.length ? found : null;
});
