import type { Graph, PodTemplate } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import { gatewayWorkloads } from "../mesh/gateway-workloads.ts";
import { labelsOf, matchesLabels } from "../mesh/label-match.ts";
import type { Endpoint } from "./endpoint.ts";
import { hasSelector, isRevision, isRootPolicy, policyEndpoints } from "./policy-endpoints.ts";

/** What a policy's selector comes to among the pods of the set. */
export type Selection =
  | { readonly state: "picks" }
  | { readonly state: "unknown"; readonly needs: string }
  /** Nothing in the set; its pods may be elsewhere. */
  | { readonly state: "nothing" }
  /** The labels are those of the workload itself, and its pods have others. */
  | { readonly state: "labels-of-workload"; readonly workload: Resource }
  /** `app` of a Knative Service's pods is the name of their revision. */
  | { readonly state: "app-of-service"; readonly service: Resource; readonly revision: string }
  /** One letter away from a label of pods. */
  | { readonly state: "near"; readonly key: string; readonly wanted: string; readonly pod: PodTemplate };

/** Labels that controllers give to running pods only. */
const runtimeLabel =
  /^(?:pod-template-hash$|controller-revision-hash$|controller-uid$|job-name$|(?:statefulset|apps|batch|topology)\.kubernetes\.io\/|(?:service|security|topology|networking)?\.?istio\.io\/|gateway\.|(?:eventing|sources|messaging|flows)\.knative\.dev\/|serving\.knative\.dev\/(?!service$|configuration$|revision$))/;

/** Labels of the gateways that Istio's installation brings along. */
const gatewayKey = /^(?:istio|app)$/;
const gatewayValue = /^(?:istio-)?(?:in|e)gressgateway$/;

function selectorOf(policy: Resource): readonly (readonly [string, string])[] {
  const labels = valueAt(policy.value, ["spec", "selector", "matchLabels"]);
  return Object.entries(isMapping(labels) ? labels : {}).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
}

/** A later revision of a service of the set: which ones run is nowhere in manifests. */
function mayBeRevision(endpoint: Endpoint, value: string): boolean {
  const owner = /^(.+)-\d{5}$/.exec(value)?.[1];
  return isRevision(endpoint) && owner === endpoint.pod?.resource.name;
}

/** The entries of a selector that a pod does not have. */
function missing(
  selector: readonly (readonly [string, string])[],
  { labels }: Endpoint,
): readonly (readonly [string, string])[] {
  return selector.filter(([key, value]) => labels.entries.get(key) !== value);
}

const withoutDigits = (text: string): string => text.replace(/\d+/g, "");

/** The label that was probably meant; names that differ in their numbers are different names. */
function slip(
  selector: readonly (readonly [string, string])[],
  endpoint: Endpoint,
): Extract<Selection, { state: "near" }> | null {
  const [first, ...more] = missing(selector, endpoint);
  if (!first || more.length > 0 || endpoint.pod === null) return null;
  const [key, value] = first;
  const actual = endpoint.labels.entries.get(key);
  if (actual === undefined || withoutDigits(actual) === withoutDigits(value)) return null;
  if (value.length < 4 || nearest(value, [actual], 1) === null) return null;
  return { state: "near", key, wanted: actual, pod: endpoint.pod };
}

function revisionOf({ labels }: Endpoint): string {
  return labels.entries.get("serving.knative.dev/revision") ?? "";
}

/** Why a selector that picks nothing does not pick what it seems to mean. */
function explain(policy: Resource, among: readonly Endpoint[]): Selection {
  const selector = selectorOf(policy);
  for (const endpoint of among) {
    const { pod } = endpoint;
    if (pod === null || !isRevision(endpoint)) continue;
    const [first, ...more] = missing(selector, endpoint);
    const revision = revisionOf(endpoint);
    const isApp = first?.[0] === "app" && first[1] === pod.resource.name && more.length === 0;
    if (isApp && endpoint.labels.entries.get("app") === revision) {
      return { state: "app-of-service", service: pod.resource, revision };
    }
  }
  for (const { pod } of among) {
    if (pod === null || pod.resource.standing === "derived") continue;
    const labels = labelsOf(valueAt(pod.resource.value, ["metadata", "labels"]));
    if (matchesLabels(valueAt(policy.value, ["spec", "selector", "matchLabels"]), labels) === "yes") {
      return { state: "labels-of-workload", workload: pod.resource };
    }
  }
  for (const endpoint of among) {
    const found = slip(selector, endpoint);
    if (found !== null) return found;
  }
  return { state: "nothing" };
}

/** Which pods of the set a policy's selector picks, and what it seems to mean if it picks none. */
export function selection(graph: Graph, policy: Resource): Selection {
  if (!hasSelector(policy)) return { state: "picks" };
  if (policy.namespace === null) return { state: "unknown", needs: "the namespace of the policy" };
  const { selected, open, among } = policyEndpoints(graph, policy);
  if (selected.length > 0) return { state: "picks" };
  if (open.length > 0) return { state: "unknown", needs: "the labels of the pods that it selects" };
  if (isRootPolicy(graph, policy))
    return { state: "unknown", needs: "the pods of all namespaces of the mesh" };
  const selector = selectorOf(policy);
  const running = selector.find(
    ([key, value]) =>
      runtimeLabel.test(key) || isUnknown(value) || among.some((endpoint) => mayBeRevision(endpoint, value)),
  );
  if (running) return { state: "unknown", needs: `the running pods, which have the label ${running[0]}` };
  if (among.length === 0)
    return { state: "unknown", needs: `the workloads of namespace ${policy.namespace}` };
  const gateway = selector.find(([key, value]) => gatewayKey.test(key) && gatewayValue.test(value));
  if (gateway && gatewayWorkloads(graph).length === 0)
    return { state: "unknown", needs: "the gateways of the mesh" };
  // Their written labels may not be all that they have.
  if (among.some(({ pod }) => pod?.resource.rendering?.labels))
    return { state: "unknown", needs: "the labels that Kustomize adds to the pods" };
  return explain(policy, among);
}
