import type { Graph } from "../model/graph.ts";
import { valueAt } from "../model/value.ts";
import { kinds } from "./kinds.ts";
import { anyOf, labelsOf } from "./label-match.ts";
import type { Labels, Match } from "./label-match.ts";
import { oncePer } from "./memo.ts";

/** The label that the API server itself gives every namespace. */
const nameLabel = "kubernetes.io/metadata.name";

/**
 * The labels of a namespace, one entry per candidate of its Namespace object. Without one only the label is known
 * that the API server sets: controllers, and people with `oc label`, may have added any others.
 */
export const namespaceLabels = oncePer((graph: Graph, namespace: string): readonly Labels[] => {
  const candidates = [
    ...graph.named(kinds.Namespace, null, namespace),
    ...graph.named(kinds.Project, null, namespace),
  ];
  const all = candidates.map((resource) => labelsOf(valueAt(resource.value, ["metadata", "labels"])));
  if (all.length === 0) all.push({ entries: new Map(), complete: false });
  return all.map(({ entries, complete }) => ({
    entries: new Map([...entries, [nameLabel, namespace]]),
    complete,
  }));
});

/** Whether a condition holds for a namespace: one candidate that meets it is enough. */
export function someNamespace(graph: Graph, namespace: string, test: (labels: Labels) => Match): Match {
  return anyOf(namespaceLabels(graph, namespace).map(test));
}

/**
 * The value of a namespace's label; null if it has none, undefined if that is not known. Candidates that differ
 * leave it open.
 */
export function namespaceLabel(graph: Graph, namespace: string, key: string): string | null | undefined {
  const values = new Set(
    namespaceLabels(graph, namespace).map(({ entries, complete }) => {
      return entries.get(key) ?? (complete ? null : undefined);
    }),
  );
  const [only] = values;
  return values.size === 1 ? only : undefined;
}
