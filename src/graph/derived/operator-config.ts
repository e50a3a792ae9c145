import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";

/** One map of `spec.config` that fills a ConfigMap, and where it stands. */
export interface ConfigMapData {
  readonly data: Mapping;
  readonly path: Path;
  /** Written with its full name `config-<name>`: then the operator's own defaults are void (D6). */
  readonly fullName: boolean;
}

/**
 * The data that an operator CR gives the ConfigMap `config-<name>`; null if none. The full name wins over the short
 * one, which is then ignored completely (D6; knative/operator `pkg/reconciler/common/config_maps.go`).
 */
export function configOf(resource: Resource, name: string): ConfigMapData | null {
  for (const key of [`config-${name}`, name]) {
    const path = ["spec", "config", key];
    const data = valueAt(resource.value, path);
    if (isMapping(data)) return { data, path, fullName: key !== name };
  }
  return null;
}

export type Ingress = "istio" | "kourier" | "contour";

/** The ingresses that a KnativeServing installs: Kourier when none is enabled (D10). */
export function installedIngresses(serving: Resource): readonly Ingress[] {
  const enabled = (["istio", "kourier", "contour"] as const).filter(
    (name) => valueAt(serving.value, ["spec", "ingress", name, "enabled"]) === true,
  );
  return enabled.length === 0 ? ["kourier"] : enabled;
}

/**
 * Whether Eventing runs in its Istio mode: feature `istio: enabled` in any case; here the short name is looked at
 * first (openshift-knative/serverless-operator `pkg/istio/eventingistio/istio.go`).
 */
export function isEventingIstioEnabled(eventing: Resource): boolean {
  const config = valueAt(eventing.value, ["spec", "config"]);
  const features = valueAt(config, ["features"]) ?? valueAt(config, ["config-features"]);
  const value = valueAt(features, ["istio"]);
  return typeof value === "string" && value.toLowerCase() === "enabled";
}

/** Go's strconv.ParseBool. */
export function parsesAsTrue(value: Value | undefined): boolean {
  return typeof value === "string" && /^(?:1|t|T|true|TRUE|True)$/.test(value);
}

/** An entry of `spec.deployments` or `spec.workloads` of an operator CR. */
export interface WorkloadOverride {
  readonly name: string;
  readonly value: Mapping;
  readonly path: Path;
}

/**
 * The workload overrides in effect: `spec.deployments`, then `spec.workloads`; later ones overwrite equal keys (D5).
 * KnativeKafka has `spec.workloads` only.
 */
export function workloadOverrides(resource: Resource): readonly WorkloadOverride[] {
  const fields = resource.id.kind === "KnativeKafka" ? ["workloads"] : ["deployments", "workloads"];
  return fields.flatMap((field) => {
    const list = valueAt(resource.value, ["spec", field]);
    if (!isList(list)) return [];
    return list.flatMap((value, index) => {
      const name = valueAt(value, ["name"]);
      return isMapping(value) && typeof name === "string"
        ? [{ name, value, path: ["spec", field, index] }]
        : [];
    });
  });
}
