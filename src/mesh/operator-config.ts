import type { Resource } from "../model/resource.ts";
import type { Mapping, Path } from "../model/value.ts";
import { readMap, readText } from "./field.ts";
import type { Reading } from "./field.ts";

/** The mapping in `spec.config` that fills a ConfigMap. */
export interface OperatorConfigMap {
  readonly path: Path;
  readonly entries: Mapping;
  /** Written with its full name `config-<name>`: the operator's own defaults are lost with it. */
  readonly full: boolean;
  /** The short mapping beside a full one, which is void as a whole; null if there is none. */
  readonly void: Path | null;
}

/**
 * The mapping that fills ConfigMap `config-<name>`: `spec.config.config-<name>` if there, else
 * `spec.config.<name>` (knative/operator `pkg/reconciler/common/config_maps.go`; definition D6).
 * @param name without the prefix: `istio`, `network`, `features`
 */
export function configMap(operator: Resource, name: string): Reading<OperatorConfigMap> {
  const short = ["spec", "config", name];
  const full = ["spec", "config", `config-${name}`];
  const long = readMap(operator, full);
  const brief = readMap(operator, short);
  if (long.state === "unknown") return long;
  if (long.state === "value") {
    const isVoid = brief.state !== "absent";
    return {
      state: "value",
      value: { path: full, entries: long.value, full: true, void: isVoid ? short : null },
    };
  }
  if (brief.state !== "value") return brief;
  return { state: "value", value: { path: short, entries: brief.value, full: false, void: null } };
}

/** A value of a ConfigMap of the operator, and the field where it stands. */
export type ConfigValue =
  | { readonly state: "value"; readonly value: string; readonly key: string; readonly path: Path }
  | Exclude<Reading<string>, { readonly state: "value" }>;

/**
 * The value under the first of some spellings of a key that is set: `ingress-class`, then `ingress.class`. A bare
 * number or boolean is read as its text.
 */
export function configValue(operator: Resource, name: string, ...keys: readonly string[]): ConfigValue {
  const map = configMap(operator, name);
  if (map.state !== "value") return map;
  for (const key of keys) {
    const path = [...map.value.path, key];
    const reading = readText(operator, path);
    if (reading.state === "unknown") return reading;
    if (reading.state === "value") return { state: "value", value: reading.value, key, path };
  }
  return { state: "absent" };
}
