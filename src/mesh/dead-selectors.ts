import { knativeWorkloads } from "../graph/derived/knative-workloads.ts";
import type { KnativeWorkload } from "../graph/derived/knative-workloads.ts";
import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Mapping } from "../model/value.ts";
import { atLeast } from "../model/version.ts";
import { scalarText } from "./field.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { labelsOf, matchesLabels } from "./label-match.ts";
import { once, oncePer } from "./memo.ts";
import { eventingNamespace } from "./namespaces.ts";
import { componentKey } from "./tenant-policies.ts";

/** What a selector of a policy beside Knative's components picks. */
export type Selected =
  | { readonly state: "some" }
  | { readonly state: "unknown"; readonly needs: string }
  /** Only workloads that a later version brings. */
  | { readonly state: "later"; readonly component: string; readonly from: string }
  | {
      readonly state: "none";
      /** The label that no pod has. */
      readonly key: string;
      /** The label that was meant, as far as it can be guessed. */
      readonly meant: { readonly key: string; readonly value: string } | null;
    };

/** Labels that operators, mesh and people put on pods beside those by which the documents select. */
function mayBeThere(key: string): boolean {
  if (key === "app" || key === componentKey) return false;
  return /^(?:role|pod-template-hash|(?:.+\.)?(?:knative\.dev|istio\.io|openshift\.io|kubernetes\.io)\/.+)$/.test(
    key,
  );
}

const workloadsIn = (namespace: string): readonly KnativeWorkload[] =>
  knativeWorkloads.filter(({ cr }) => (cr === "KnativeServing") === (namespace === servingNamespace));

function labelsOfWorkload({ component, app }: KnativeWorkload): Mapping {
  return { ...(component === null ? {} : { [componentKey]: component }), ...(app === null ? {} : { app }) };
}

/** Names under which people know a component: its workload's, its component's and its app's. */
function meantBy(namespace: string, key: string, value: string): { key: string; value: string } | null {
  const rows = workloadsIn(namespace);
  const byName = rows.find(({ name, component, app }) => [name, component, app].includes(value));
  const names = rows.flatMap(({ name, component, app }) => [name, component ?? name, app ?? name]);
  const close = nearest(value, [...new Set(names)]);
  const row =
    byName ??
    rows.find(({ name, component, app }) => close !== null && [name, component, app].includes(close));
  if (!row) return null;
  if (key === "app" && row.app !== null && byName === undefined) return { key, value: row.app };
  return row.component === null ? null : { key: componentKey, value: row.component };
}

const ownPods = once((graph: Graph) =>
  graph.pods().filter(({ resource }) => resource.origin.from === "document"),
);

/** What the selector of a policy in `knative-serving` or `knative-eventing` picks (the table of Knative's workloads). */
export const selected = oncePer((graph: Graph, policy: Resource): Selected => {
  const { namespace } = policy;
  const labels = valueAt(policy.value, ["spec", "selector", "matchLabels"]);
  if (!isMapping(labels) || Object.keys(labels).length === 0) return { state: "some" };
  if (namespace !== servingNamespace && namespace !== eventingNamespace) return { state: "some" };
  const entries = Object.entries(labels).map(([key, value]) => [key, scalarText(value) ?? ""] as const);
  if (entries.some(([key, value]) => isUnknown(key) || isUnknown(value)))
    return { state: "unknown", needs: "the labels in the selector" };
  const others = ownPods(graph).filter((pod) => pod.namespace === namespace);
  if (others.some((pod) => matchesLabels(labels, labelsOf(pod.labels)) === "yes")) return { state: "some" };
  const told = Object.fromEntries(entries.filter(([key]) => !mayBeThere(key)));
  const matching = workloadsIn(namespace).filter(
    (row) => matchesLabels(told, labelsOf(labelsOfWorkload(row))) === "yes",
  );
  const extra = entries.some(([key]) => mayBeThere(key));
  const [row] = matching;
  if (row) {
    const later = matching.every(
      ({ from }) => from !== undefined && !atLeast(graph.profile.serverless, from),
    );
    if (later) return { state: "later", component: row.component ?? row.name, from: row.from ?? "" };
    return extra ? { state: "unknown", needs: "all labels of Knative's pods" } : { state: "some" };
  }
  const wrong = entries.find(([key, value]) => {
    const alone = { [key]: value };
    return (
      !mayBeThere(key) &&
      !workloadsIn(namespace).some(
        (other) => matchesLabels(alone, labelsOf(labelsOfWorkload(other))) === "yes",
      )
    );
  });
  const [key, value] = wrong ?? entries[0] ?? ["", ""];
  return { state: "none", key, meant: meantBy(namespace, key, value) };
});
