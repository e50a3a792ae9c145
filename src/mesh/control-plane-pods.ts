import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, type Path } from "../model/value.ts";
import { operatorPods, overridePath } from "./data-plane.ts";
import { excludesPort, podExcludesPort } from "./excluded-ports.ts";
import { valueOr } from "./field.ts";
import { injection, injectKey } from "./injection.ts";
import { meshesOf } from "./membership.ts";
import { workloadMode } from "./mtls.ts";

/** What the API server and the kubelet reach from outside the mesh. */
export const controlPlaneNames: readonly string[] =
  `webhook net-istio-webhook controller net-istio-controller autoscaler-hpa
  eventing-webhook eventing-controller imc-controller mt-broker-controller eventing-istio-controller
  kafka-webhook-eventing`.split(/\s+/);

/** The port of every webhook of Knative. */
const webhookPort = 8443;

/** Whether the API server's calls come through: the port is left alone, or takes callers without a certificate. */
export function isWebhookReachable(graph: Graph, pod: PodTemplate): boolean {
  const own = podExcludesPort(pod, webhookPort);
  if (own.state === "value") return own.value;
  const home = meshesOf(graph, pod.namespace);
  if (home.state !== "member") return false;
  const planes = home.mesh.controlPlanes.map((plane) => plane.resource);
  if (planes.some((plane) => valueOr(excludesPort(graph, plane, webhookPort), false))) return true;
  const mode = workloadMode(graph, pod, home.mesh, webhookPort);
  return mode.state === "known" && mode.mode !== "STRICT";
}

/** Workloads of the control plane with sidecars that share a field of the operator's resource. */
export interface InjectedGroup {
  readonly names: readonly string[];
  readonly path: Path;
  /** `error` as soon as calls to one webhook are refused. */
  readonly severity: "error" | "warning";
  readonly reason: string;
  /** None of the workloads has an override: one list lacks them all. */
  readonly isNew: boolean;
}

/** Pods of the control plane that get sidecars, and what would decide about the others. */
export function injectedControlPlane(
  graph: Graph,
  operator: Resource,
): { readonly groups: readonly InjectedGroup[]; readonly needs: readonly string[] } {
  const groups = new Map<string, InjectedGroup>();
  const needs: string[] = [];
  for (const { workload, pod } of operatorPods(graph, operator)) {
    if (!controlPlaneNames.includes(workload.name)) continue;
    const found = injection(graph, pod);
    if (found.state === "unknown") needs.push(found.needs);
    if (found.state !== "yes") continue;
    const form = found.cause === "annotation" ? "annotation" : "label";
    const { path, entry } = overridePath(operator, workload.name, form, injectKey);
    const isRefused = workload.name.includes("webhook") && !isWebhookReachable(graph, pod);
    const key = formatPath(path);
    const group = groups.get(key);
    groups.set(key, {
      names: [...(group?.names ?? []), workload.name],
      path,
      severity: isRefused || group?.severity === "error" ? "error" : "warning",
      reason: found.reason,
      isNew: entry === null,
    });
  }
  return { groups: [...groups.values()], needs };
}
