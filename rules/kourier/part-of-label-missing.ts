import { setValue } from "../../src/fix/edits.ts";
import { annotation, labelPlace, labelValue, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { callerNamespaces, kourierMesh } from "../../src/mesh/kourier.ts";
import { admitsKourier, partOfKey, partOfValue } from "../../src/mesh/kourier-network.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

/** Whether applying the manifest takes labels away that the operator has set. */
const replaces = (namespace: Resource): boolean =>
  valueOr(annotation(namespace, "argocd.argoproj.io/sync-options"), "")
    .split(",")
    .some((option) => option.trim() === "Replace=true");

/** Policies that select Serverless by the names of its namespaces need no label. */
function isNeeded(graph: Graph): boolean {
  const active = kourierMesh(graph);
  const homes = active.state === "active" ? active.namespaces : [];
  return homes.some((home) => admitsKourier(graph, home, false) !== "yes");
}

export const rule = defineRule({
  id: "kourier/part-of-label-missing",
  summary: "The namespaces of Serverless lack the label by which NetworkPolicies admit Kourier.",
  severity: "error",
  varies: true,
  category: "networking",
  documentation: [integrations("1.6"), oldestIntegrations("1.5")],
  upstream: ["openshift-knative/serverless-operator openshift-knative-operator/pkg/common/constants.go"],
  fix: "safe",
  reads: [kinds.Namespace],
  candidates: "any",
  subjects(graph) {
    const active = kourierMesh(graph);
    if (active.state === "none" || active.state === "unknown") return unsettled(active);
    return graph.own(kinds.Namespace).filter(({ name }) => callerNamespaces.includes(name));
  },
  *check(namespace, graph) {
    const value = labelValue(namespace, partOfKey);
    if (value.state === "unknown") return yield undecided(value.why);
    const text = valueOr(value, null);
    if (text === partOfValue) return;
    const byOperator = holds(facts.partOfLabel, graph.profile);
    // Values that are absent from a manifest stay as they are on the cluster, unless it replaces the object.
    if (byOperator && text === null && !replaces(namespace))
      return yield notApplicable("the operator sets the label from Serverless 1.22 on");
    if (!isNeeded(graph)) return yield notApplicable("no NetworkPolicy needs the label");
    const { path } = labelPlace(namespace, partOfKey);
    const found = text === null ? "is missing" : `is "${text}"`;
    const why = byOperator
      ? "which takes away what the operator sets"
      : "and the operator sets it from Serverless 1.22 on only";
    yield fail(
      at(namespace, ...path),
      `label ${partOfKey} ${found} on namespace ${namespace.name}, ${why}: NetworkPolicies that select it do not admit Kourier`,
      {
        ...(byOperator && { severity: "info" as const }),
        ...remedy(`set label ${partOfKey} to ${partOfValue}`, "safe", setValue(namespace, path, partOfValue)),
      },
    );
  },
});
