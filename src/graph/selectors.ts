import type { Graph, PodTemplate } from "../model/graph.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { stringsOf } from "./pods.ts";
import type { TextMap } from "./pods.ts";

/** Kubernetes' LabelSelector: every label and every expression has to hold; an empty one selects everything. */
export interface LabelSelector {
  readonly labels: TextMap;
  readonly expressions: readonly LabelExpression[];
}

interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** A plain mapping of labels, as in a Service or an Istio Gateway. Null if it is not a mapping of strings. */
export function labelsSelector(value: Value | undefined): LabelSelector | null {
  if (!isMapping(value) || !Object.values(value).every((item) => typeof item === "string")) return null;
  return { labels: stringsOf(value), expressions: [] };
}

/**
 * A LabelSelector with `matchLabels` and `matchExpressions`. Null if the API server would refuse it: nothing can be
 * said then about what it selects.
 */
export function labelSelector(value: Value | undefined): LabelSelector | null {
  const matchLabels = labelsSelector(valueAt(value, ["matchLabels"]) ?? {});
  const list = valueAt(value, ["matchExpressions"]) ?? [];
  if (!isMapping(value) || !matchLabels || !isList(list)) return null;
  const expressions: LabelExpression[] = [];
  for (const item of list) {
    const expression = labelExpression(item);
    if (!expression) return null;
    expressions.push(expression);
  }
  return { labels: matchLabels.labels, expressions };
}

function labelExpression(item: Value): LabelExpression | null {
  const key = valueAt(item, ["key"]);
  const operator = valueAt(item, ["operator"]);
  const values = valueAt(item, ["values"]) ?? [];
  if (typeof key !== "string" || typeof operator !== "string" || !isList(values)) return null;
  const texts = values.filter((value) => typeof value === "string");
  if (texts.length !== values.length) return null;
  const bySet = operator === "In" || operator === "NotIn";
  const byKey = operator === "Exists" || operator === "DoesNotExist";
  if (bySet ? texts.length === 0 : !byKey || texts.length > 0) return null;
  return { key, operator, values: texts };
}

/** Whether labels satisfy a selector (Kubernetes documentation, "Labels and Selectors"). */
export function matches(selector: LabelSelector, labels: TextMap): boolean {
  for (const [key, value] of Object.entries(selector.labels))
    if (valueOf(labels, key) !== value) return false;
  return selector.expressions.every(({ key, operator, values }) => {
    const label = valueOf(labels, key);
    switch (operator) {
      case "In":
        return label !== undefined && values.includes(label);
      case "NotIn":
        return label === undefined || !values.includes(label);
      case "Exists":
        return label !== undefined;
      default:
        return label === undefined;
    }
  });
}

function valueOf(labels: TextMap, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

const anywhere = "*";
const unknown = "?";
const podIndexes = new WeakMap<Graph, ReadonlyMap<string, readonly PodTemplate[]>>();

function podIndex(graph: Graph): ReadonlyMap<string, readonly PodTemplate[]> {
  const known = podIndexes.get(graph);
  if (known) return known;
  const index = new Map<string, PodTemplate[]>();
  const add = (key: string, pod: PodTemplate): void => {
    const list = index.get(key);
    if (list) list.push(pod);
    else index.set(key, [pod]);
  };
  for (const pod of graph.pods()) {
    for (const scope of [anywhere, pod.namespace ?? unknown]) {
      add(scope, pod);
      for (const [key, value] of Object.entries(pod.labels)) add(labelKey(scope, key, value), pod);
    }
  }
  podIndexes.set(graph, index);
  return index;
}

const labelKey = (scope: string, key: string, value: string): string => `${scope}\n${key}\n${value}`;

/** The pods of one scope that a selector picks: only those with its rarest label are looked at. */
function pick(graph: Graph, scope: string, selector: LabelSelector): readonly PodTemplate[] {
  const index = podIndex(graph);
  let candidates = index.get(scope) ?? [];
  for (const [key, value] of Object.entries(selector.labels)) {
    const list = index.get(labelKey(scope, key, value)) ?? [];
    if (list.length < candidates.length) candidates = list;
  }
  return candidates.filter((pod) => matches(selector, pod.labels));
}

/**
 * The pod templates that a selector picks in a namespace: those known to be there first, then those whose namespace
 * is not known. `null` asks in every namespace.
 */
export function selectPods(
  graph: Graph,
  namespace: string | null,
  selector: LabelSelector,
): readonly PodTemplate[] {
  if (namespace === null) return pick(graph, anywhere, selector);
  return [...pick(graph, namespace, selector), ...pick(graph, unknown, selector)];
}
