import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, type Path, valueAt } from "../model/value.ts";
import { labelValue, type Place } from "./field.ts";
import { kinds } from "./kinds.ts";
import { knativeServices } from "./services.ts";

/** Labels that the platform or its tools set for their own use: they sort no costs. */
const platformKey =
  /(?:^|[./])(?:kubernetes\.io|k8s\.io|openshift\.io|openshift\.com|knative\.dev|istio\.io|maistra\.io)\/|^istio-|^(?:olm|operators)\./;

/** Keys that speak of costs by themselves. */
const costKey = /(?:^|[-_./])(?:cost|billing|chargeback|showback)/i;

export function isCostKey(key: string): boolean {
  return costKey.test(key) && !platformKey.test(key);
}

/** Whether a label may be a tag of cost management. @param keys those that the config names; empty: any of people's own */
export function isTagKey(key: string, keys: readonly string[]): boolean {
  return keys.length > 0 ? keys.includes(key) : !platformKey.test(key);
}

/** The option `keys` of the rules about costs. */
export const costKeysOption = {
  default: [],
  schema: { type: "array", items: { type: "string" }, uniqueItems: true },
  description: "Label keys that are tags of cost management; default: the rule looks for them itself.",
} as const;

export function costKeys(options: Readonly<Record<string, unknown>>): readonly string[] {
  const { keys } = options;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
}

/** The Namespace objects of a Knative Service, or of any namespace. */
export function namespaceObjects(graph: Graph, namespace: string | null): readonly Resource[] {
  if (namespace === null) return [];
  return [kinds.Namespace, kinds.Project].flatMap((kind) => graph.named(kind, null, namespace));
}

/** A label of a namespace or node that pods may inherit for their costs. */
export interface InheritedLabel {
  readonly key: string;
  readonly value: string;
  readonly at: Place;
}

/** The labels of an object as text; those with placeholders are left out. */
export function labelsAt(resource: Resource): readonly InheritedLabel[] {
  const path: Path = ["metadata", "labels"];
  const labels = valueAt(resource.value, path);
  if (!isMapping(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === "string" && !isUnknown(value)
      ? [{ key, value, at: { resource, path: [...path, key] } }]
      : [],
  );
}

/** Why it is not known whether a namespace has a label; null: it is. */
export function openLabel(graph: Graph, namespace: string | null, key: string): string | null {
  for (const resource of namespaceObjects(graph, namespace)) {
    const reading = labelValue(resource, key);
    if (reading.state === "unknown") return reading.why;
  }
  return null;
}

/** The labels of the namespaces that hold Knative Services. */
export function serviceNamespaceLabels(graph: Graph): readonly InheritedLabel[] {
  const namespaces = new Set(knativeServices(graph).map(({ namespace }) => namespace));
  return [...namespaces].flatMap((namespace) => namespaceObjects(graph, namespace)).flatMap(labelsAt);
}
