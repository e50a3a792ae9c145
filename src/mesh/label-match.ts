import { isUnknown } from "../model/placeholder.ts";
import { isList, isMapping } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { scalarText } from "./field.ts";

export type Match = "yes" | "no" | "unknown";

/** Labels of an object. `complete: false`: there may be more of them than those listed. */
export interface Labels {
  readonly entries: ReadonlyMap<string, string>;
  readonly complete: boolean;
}

/** The labels that a mapping of a manifest gives; placeholders among the values are left open by `has`. */
export function labelsOf(value: Value | undefined): Labels {
  const entries = new Map<string, string>();
  let complete = true;
  if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) {
      const text = scalarText(item);
      if (text === undefined || isUnknown(item)) complete = false;
      else entries.set(key, text);
    }
  }
  return { entries, complete };
}

/** All of several conditions: one that fails decides, else one that is not known. */
export function allOf(matches: readonly Match[]): Match {
  if (matches.includes("no")) return "no";
  return matches.includes("unknown") ? "unknown" : "yes";
}

/** One of several conditions: one that holds decides, else one that is not known. */
export function anyOf(matches: readonly Match[]): Match {
  if (matches.includes("yes")) return "yes";
  return matches.includes("unknown") ? "unknown" : "no";
}

function isIn(labels: Labels, key: string, wanted: readonly Value[]): Match {
  const actual = labels.entries.get(key);
  if (actual === undefined) return labels.complete ? "no" : "unknown";
  if (wanted.some((value) => scalarText(value) === actual)) return "yes";
  return wanted.some(isUnknown) ? "unknown" : "no";
}

function not(match: Match): Match {
  if (match === "unknown") return match;
  return match === "yes" ? "no" : "yes";
}

function matchesExpression(expression: Value, labels: Labels): Match {
  if (!isMapping(expression)) return "unknown";
  const { key, operator, values } = expression;
  if (typeof key !== "string" || isUnknown(key)) return "unknown";
  const wanted = isList(values) ? values : [];
  const missing: Match = labels.complete ? "no" : "unknown";
  const exists: Match = labels.entries.has(key) ? "yes" : missing;
  switch (operator) {
    case "In":
      return isIn(labels, key, wanted);
    case "NotIn":
      return not(isIn(labels, key, wanted));
    case "Exists":
      return exists;
    case "DoesNotExist":
      return not(exists);
    default:
      return "unknown";
  }
}

/** Whether a plain mapping of labels (`spec.selector` of a Service, `matchLabels`) picks an object. */
export function matchesLabels(wanted: Value | undefined, labels: Labels): Match {
  if (wanted === undefined || wanted === null) return "yes";
  if (!isMapping(wanted)) return "unknown";
  return allOf(Object.entries(wanted).map(([key, value]) => isIn(labels, key, [value])));
}

/** Whether a Kubernetes label selector picks an object; an empty selector picks everything. */
export function matchesSelector(selector: Value | undefined, labels: Labels): Match {
  if (selector === undefined || selector === null) return "yes";
  if (!isMapping(selector) || isUnknown(selector)) return "unknown";
  const expressions = selector.matchExpressions ?? [];
  if (!isList(expressions)) return "unknown";
  return allOf([
    matchesLabels(selector.matchLabels, labels),
    ...expressions.map((expression) => matchesExpression(expression, labels)),
  ]);
}
