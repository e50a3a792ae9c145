import type { Graph } from "../model/graph.ts";
import type { Profile } from "../model/profile.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { read, readBoolean, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { configMap, configValue } from "./operator-config.ts";
import { isPatched } from "./patches.ts";
import { facts, holds } from "./version-facts.ts";

/**
 * The key of `config-observability` that switches metrics, by version (openshift-knative/serverless-operator
 * `openshift-knative-operator/pkg/monitoring/helpers.go` ObservabilityBackendKey).
 */
export const backendKeys = {
  destination: "metrics.backend-destination",
  protocol: "metrics-protocol",
} as const;

export type BackendKey = (typeof backendKeys)[keyof typeof backendKeys];

export function backendKey(profile: Profile): BackendKey {
  return holds(facts.metricsProtocolKey, profile) ? backendKeys.protocol : backendKeys.destination;
}

/** Whether the metrics of an operator's workloads are collected, and the field that decides, present or missing. */
export type Backend =
  | { readonly state: "on" | "off"; readonly by: "value" | "default"; readonly path: Path }
  | { readonly state: "unknown"; readonly needs: string };

/** Values by which the operator takes the namespace out of monitoring. */
const off: readonly string[] = ["none", "opencensus"];

/**
 * The backend of a KnativeServing or KnativeEventing. Left out it is Prometheus, but the operator turns metrics off
 * where Serving enables Istio (serverless-operator `pkg/serving/extension.go`, "SRVKS-743").
 */
export function metricsBackend(graph: Graph, operator: Resource): Backend {
  const key = backendKey(graph.profile);
  const value = configValue(operator, "observability", key);
  if (value.state === "unknown") return { state: "unknown", needs: value.why };
  if (value.state === "value") {
    return { state: off.includes(value.value) ? "off" : "on", by: "value", path: value.path };
  }
  if (isPatched(graph, operator)) {
    return { state: "unknown", needs: `the patches of ${operator.id.kind} ${operator.name}` };
  }
  const map = configMap(operator, "observability");
  const path = [...(map.state === "value" ? map.value.path : ["spec", "config", "observability"]), key];
  const istio = readBoolean(operator, ["spec", "ingress", "istio", "enabled"]);
  const isServing = operator.kind === kinds.KnativeServing;
  if (isServing && istio.state === "unknown") return { state: "unknown", needs: istio.why };
  return { state: isServing && valueOr(istio, false) ? "off" : "on", by: "default", path };
}

/** A key by which nothing is switched: that of other versions, or written as a mapping. */
export interface WrongBackendKey {
  readonly path: Path;
  readonly form: "other version" | "nested";
  readonly right: BackendKey;
}

/** The wrong key that stands where the right one is missing; null if there is none. */
export function wrongBackendKey(graph: Graph, operator: Resource): WrongBackendKey | null {
  const right = backendKey(graph.profile);
  const map = configMap(operator, "observability");
  if (map.state !== "value") return null;
  const { path } = map.value;
  if (read(operator, [...path, right]).state !== "absent") return null;
  const nested = read(operator, [...path, "metrics"]);
  if (nested.state === "value" && isMapping(nested.value))
    return { path: [...path, "metrics"], form: "nested", right };
  const other = right === backendKeys.protocol ? backendKeys.destination : backendKeys.protocol;
  if (read(operator, [...path, other]).state === "absent") return null;
  return { path: [...path, other], form: "other version", right };
}
