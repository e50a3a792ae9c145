import { derivedResource, merged } from "../../graph/derived/derived-resource.ts";
import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Mapping, type Value, valueAt } from "../../model/value.ts";
import { taskName } from "../embedded-scripts.ts";
import { type Injection, injection, injectKey } from "../injection.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";

const runKinds = [kinds.TaskRun, kinds.PipelineRun] as const;
export const taskKinds = [kinds.Task, ...runKinds] as const;

/** The names behind `taskRef` and `pipelineRef` anywhere in an object. */
function* namesIn(value: Value): Generator<string> {
  if (isList(value)) for (const item of value) yield* namesIn(item);
  if (!isMapping(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const name = key === "taskRef" || key === "pipelineRef" ? taskName(item) : null;
    if (name !== null) yield `${key} ${name}`;
    else yield* namesIn(item);
  }
}

interface Users {
  readonly user: Resource;
  readonly names: ReadonlySet<string>;
}

const users = once((graph: Graph): readonly Users[] =>
  graph
    .all(...runKinds, kinds.Pipeline)
    .map((user) => ({ user, names: new Set(namesIn(user.value.spec ?? null)) })),
);

/** Objects of the same namespace whose `taskRef` or `pipelineRef` leads to one. */
function usersOf(graph: Graph, used: Resource): readonly Resource[] {
  const wanted = `${used.kind === kinds.Pipeline ? "pipelineRef" : "taskRef"} ${used.name}`;
  return users(graph)
    .filter(({ user, names }) => names.has(wanted) && user.namespace === used.namespace)
    .map(({ user }) => user);
}

/** The objects of a kind that an object's `taskRef` or `pipelineRef` leads to. */
function referred(graph: Graph, user: Resource, ref: "taskRef" | "pipelineRef"): readonly Resource[] {
  return [...namesIn(user.value.spec ?? null)].flatMap((entry) => {
    const [key, name = ""] = entry.split(" ");
    if (key !== ref) return [];
    return graph.named(ref === "taskRef" ? kinds.Task : kinds.Pipeline, user.namespace, name);
  });
}

/** Pipelines and Tasks of a run, whose labels its pods get as well (tektoncd/pipeline `docs/labels.md`). */
function usedBy(graph: Graph, user: Resource): readonly Resource[] {
  const pipelines = referred(graph, user, "pipelineRef");
  return [...pipelines, ...[user, ...pipelines].flatMap((one) => referred(graph, one, "taskRef"))];
}

function metadata(resource: Resource, list: "labels" | "annotations"): Mapping {
  const found = valueAt(resource.value, ["metadata", list]);
  return isMapping(found) ? found : {};
}

/** The pod of a task as far as its labels go: those of the run, of its Pipeline and of the Task. */
function podOf(from: Resource, others: readonly Resource[]): Resource {
  const all = [...others, from];
  return derivedResource({
    parent: from,
    path: ["metadata"],
    by: "Tekton",
    apiVersion: "v1",
    kind: "Pod",
    namespace: from.namespace,
    name: from.name,
    labels: merged(...all.map((one) => metadata(one, "labels"))),
    annotations: merged(...all.map((one) => metadata(one, "annotations"))),
    body: { spec: {} },
  });
}

/** Whether an object says something about sidecars deeper inside, for some of its tasks. */
function speaksInside(value: Value): boolean {
  if (isList(value)) return value.some(speaksInside);
  if (!isMapping(value)) return false;
  return Object.entries(value).some(([key, item]) => key === injectKey || speaksInside(item));
}

/**
 * Whether the pods of a run get a sidecar, or those of a Task that no run of the set uses; null: its runs tell.
 */
export function taskInjection(graph: Graph, resource: Resource): Injection | null {
  const above: Resource[] = [];
  if (resource.kind === kinds.Task) {
    const direct = usersOf(graph, resource);
    above.push(
      ...direct,
      ...direct.flatMap((user) => (user.kind === kinds.Pipeline ? usersOf(graph, user) : [])),
    );
    if (above.some(({ kind }) => kind !== kinds.Pipeline)) return null;
  }
  const others = [...above, ...usedBy(graph, resource)];
  if ([resource, ...others].some((one) => speaksInside(one.value.spec ?? null)))
    return { state: "unknown", needs: "which of its tasks have the label" };
  const [pod] = graph.podsOf(podOf(resource, others));
  return pod ? injection(graph, pod) : null;
}
