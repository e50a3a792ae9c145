import { UsageError } from "../model/errors.ts";
import type { Graph, PodTemplate } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import { kinds } from "../mesh/kinds.ts";
import type { Backend, Target } from "./call.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointOf } from "./endpoint.ts";

/** What a target is in the set. */
export type FoundTarget =
  | {
      readonly type: "workload";
      readonly endpoint: Endpoint;
      readonly port: number;
      readonly notes: readonly string[];
    }
  | {
      readonly type: "knative";
      readonly backend: Backend;
      readonly port: number;
      readonly notes: readonly string[];
    };

/** A Knative Service whose revisions have this name. */
function revisionOwner(name: string): string | null {
  return /^(.+)-\d{5}$/.exec(name)?.[1] ?? null;
}

/** The pods of a workload by name: its own kind, or the revision of a Knative Service. */
export function findPod(graph: Graph, namespace: string, name: string): PodTemplate | null {
  const pods = graph.pods(namespace);
  const own = pods.find(
    (pod) => pod.resource.name === name && !pod.resource.kind.endsWith(".serving.knative.dev"),
  );
  if (own) return own;
  const owner = revisionOwner(name);
  const revision = pods.find(
    (pod) =>
      pod.resource.kind.endsWith(".serving.knative.dev") &&
      (pod.resource.name === name ||
        pod.resource.name === owner ||
        pod.labels["serving.knative.dev/revision"] === name),
  );
  return revision ?? null;
}

function unknownTarget(what: string, name: string, namespace: string, names: readonly string[]): UsageError {
  const guess = nearest(name, names);
  const hint = guess === null ? "" : `; did you mean ${guess}?`;
  return new UsageError(`there is no ${what} ${namespace}/${name} in the set${hint}`);
}

/** @throws UsageError if there is no such target */
export function findTarget(graph: Graph, target: Target): FoundTarget {
  const { namespace } = target;
  if (target.type === "workload") {
    const pod = findPod(graph, namespace, target.workload);
    const names = graph.pods(namespace).map(({ resource }) => resource.name);
    if (!pod) throw unknownTarget("workload", target.workload, namespace, names);
    return { type: "workload", endpoint: endpointOf(graph, pod), port: target.port, notes: [] };
  }
  if (target.assumed !== undefined) {
    return { type: "knative", backend: target.assumed, port: target.port, notes: [] };
  }
  const [service, ...others] = graph.named(kinds.KnativeService, namespace, target.service);
  const [pod] = service === undefined ? [] : graph.podsOf(service);
  if (service === undefined || pod === undefined) {
    const names = graph
      .all(kinds.KnativeService)
      .filter((known) => known.namespace === namespace)
      .map(({ name }) => name);
    throw unknownTarget("Knative Service", target.service, namespace, names);
  }
  const notes =
    others.length === 0
      ? []
      : [`${namespace}/${target.service} has several definitions; the first one counts`];
  return { type: "knative", backend: { service, pod }, port: target.port, notes };
}
