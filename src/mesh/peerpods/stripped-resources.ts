import type { Graph, PodTemplate } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Path, plainText, type Value, valueAt } from "../../model/value.ts";
import { atLeast, parseVersion, type Version } from "../../model/version.ts";
import { annotation, annotationPlace, type Place, valueOr } from "../field.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { revisionKinds } from "../revision-templates.ts";
import { autoscalersOf } from "./demand.ts";
import { containersOf } from "./runtime-classes.ts";

/** A request or limit that the webhook of peer pods takes away. */
export interface Declared {
  readonly name: string;
  readonly path: Path;
  readonly gpu: boolean;
}

const isGpu = (name: string): boolean =>
  name.startsWith("nvidia.com/") || /(?:^|[./-])gpu(?:$|[./-])/.test(name);

/** CPU, memory and GPUs of all containers and init containers, in their order. */
export function declaredResources(pod: PodTemplate): readonly Declared[] {
  return containersOf(pod, ["containers", "initContainers"]).flatMap(({ value, path }) =>
    ["limits", "requests"].flatMap((list) => {
      const resources = valueAt(value, ["resources", list]);
      return (isMapping(resources) ? Object.keys(resources) : []).flatMap((name) => {
        const gpu = isGpu(name);
        if (!gpu && name !== "cpu" && name !== "memory") return [];
        return [{ name, gpu, path: [...path, "resources", list, name] }];
      });
    }),
  );
}

const operatorVersion = (name: Value | undefined): Version | null =>
  parseVersion(/^sandboxed-containers-operator\.v?(\d+\.\d+\S*)$/.exec(plainText(name))?.[1] ?? "");

/**
 * What the operator's webhook does with GPUs: up to version 1.6 they vanish, from 1.8 on they become an annotation
 * (openshift/cloud-api-adaptor commit 8c454969); which of both 1.7 has is not known. The version is that of the
 * installed operator, or the one that its Subscription starts with: updates come by themselves unless they are manual.
 */
export const gpuHandling = once((graph: Graph): "vanish" | "annotation" | "unknown" => {
  const installed = graph.all(kinds.ClusterServiceVersion).map(({ name }) => operatorVersion(name));
  const started = graph.all(kinds.OperatorSubscription).map(({ value }) => {
    const version = operatorVersion(valueAt(value, ["spec", "startingCSV"]));
    const stays = valueAt(value, ["spec", "installPlanApproval"]) === "Manual";
    return version && (stays || atLeast(version, "1.8")) ? version : null;
  });
  const [version] = [...installed, ...started].filter((found) => found !== null);
  if (version === undefined || (atLeast(version, "1.7") && !atLeast(version, "1.8"))) return "unknown";
  return atLeast(version, "1.8") ? "annotation" : "vanish";
});

/** What is left of GPUs, for messages. */
export const gpuRemains = {
  vanish: "this version of the webhook drops them, so the machine has no GPU",
  annotation: "the machine gets them by an annotation computed from the requests alone",
  unknown:
    "older webhooks drop them and newer ones (from 1.8) turn the requests into an annotation, which the printed text does not know of",
} as const;

/** What is left of CPU and memory, for messages. */
export const totalRemains = {
  vanish: "nothing is left of it in this version",
  annotation:
    "only the totals are left, as annotations that size the machine, which the printed text does not know of",
  unknown:
    "at most the totals are left, as annotations of newer webhooks, while the printed text says that nothing is",
} as const;

/** What a quota on these makes every container name (Kubernetes, admission of ResourceQuota). */
const quotaKeys = ["cpu", "memory"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]);

/** A quota of the namespace that turns pods without requests or limits away. */
export function refusingQuota(
  graph: Graph,
  namespace: string,
): { readonly quota: Resource; readonly key: string } | null {
  // The defaults of a LimitRange are filled in again after a webhook has changed the pod.
  if (graph.all(kinds.LimitRange).some((range) => range.namespace === namespace)) return null;
  for (const quota of graph.all(kinds.ResourceQuota)) {
    if (quota.namespace !== namespace) continue;
    const scoped = ["scopes", "scopeSelector"].some(
      (key) => valueAt(quota.value, ["spec", key]) !== undefined,
    );
    const hard = valueAt(quota.value, ["spec", "hard"]);
    const key = isMapping(hard) ? quotaKeys.find((name) => Object.hasOwn(hard, name)) : undefined;
    if (!scoped && key !== undefined) return { quota, key };
  }
  return null;
}

const byUse: readonly unknown[] = ["cpu", "memory"];

/** Where a workload is scaled by its use of CPU or memory, which no request stands for. */
export function scaledByUse(graph: Graph, pod: PodTemplate): Place | null {
  const { resource } = pod;
  if ((revisionKinds as readonly string[]).includes(resource.kind)) {
    const key = "autoscaling.knative.dev/class";
    if (valueOr(annotation(pod, key), "") !== "hpa.autoscaling.knative.dev") return null;
    const metric = valueOr(annotation(pod, "autoscaling.knative.dev/metric"), "cpu");
    return byUse.includes(metric) ? annotationPlace(pod, key) : null;
  }
  for (const scaler of autoscalersOf(graph, resource)) {
    const old = ["spec", "targetCPUUtilizationPercentage"];
    if (valueAt(scaler.value, old) !== undefined) return { resource: scaler, path: old };
    const metrics = valueAt(scaler.value, ["spec", "metrics"]);
    for (const [index, metric] of (isList(metrics) ? metrics : []).entries())
      for (const kind of ["resource", "containerResource"])
        if (byUse.includes(valueAt(metric, [kind, "name"])))
          return { resource: scaler, path: ["spec", "metrics", index, kind, "name"] };
  }
  return null;
}
