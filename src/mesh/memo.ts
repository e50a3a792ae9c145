import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";

/** Answers a question once per graph; the answer lives as long as the graph does. */
export function once<T>(compute: (graph: Graph) => T): (graph: Graph) => T {
  const known = new WeakMap<Graph, { readonly answer: T }>();
  return (graph) => {
    const old = known.get(graph);
    if (old) return old.answer;
    const answer = compute(graph);
    known.set(graph, { answer });
    return answer;
  };
}

/**
 * Answers a question once per graph and key. Keys are compared as a `Map` does; where objects that mean the same
 * are made anew, `keyOf` gives what they have in common.
 */
export function oncePer<K, T>(
  compute: (graph: Graph, key: K) => T,
  keyOf: (key: K) => unknown = (key) => key,
): (graph: Graph, key: K) => T {
  const answersOf = once(() => new Map<unknown, { readonly answer: T }>());
  return (graph, key) => {
    const answers = answersOf(graph);
    const id = keyOf(key);
    const old = answers.get(id);
    if (old) return old.answer;
    const answer = compute(graph, key);
    answers.set(id, { answer });
    return answer;
  };
}

/** Answers a question that a resource's text alone decides once per text, however many sets it is in. */
export function oncePerValue<T>(compute: (resource: Resource) => T): (resource: Resource) => T {
  const known = new WeakMap<Resource["value"], { readonly answer: T }>();
  return (resource) => {
    const old = known.get(resource.value);
    if (old) return old.answer;
    const answer = compute(resource);
    known.set(resource.value, { answer });
    return answer;
  };
}
