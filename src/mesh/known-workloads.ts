import { knativeWorkloads } from "../graph/derived/knative-workloads.ts";
import type { KnativeWorkload } from "../graph/derived/knative-workloads.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Path } from "../model/value.ts";
import type { OverrideEntry } from "./overrides.ts";
import { resemblesFilteringVariable } from "./secret-filtering.ts";

const workloadsOf = (operator: Resource): readonly KnativeWorkload[] =>
  knativeWorkloads.filter(({ cr }) => cr === operator.id.kind);

/** Every name that an override of an operator's resource may have, in any version. */
export function workloadNames(operator: Resource): readonly string[] {
  return workloadsOf(operator).map(({ name }) => name);
}

/** The workload that an override's name stands for; of Jobs also with what is generated behind the name. */
export function knownWorkload(operator: Resource, name: string): KnativeWorkload | null {
  const found = workloadsOf(operator).find(
    (workload) => workload.name === name || (workload.generateName && name.startsWith(workload.name)),
  );
  return found ?? null;
}

/** Lists of an override whose items are about one container each (knative/operator `pkg/apis/operator/base`). */
const perContainer = ["resources", "env", "livenessProbes", "readinessProbes"] as const;

/**
 * The containers that an override names. Variables of net-istio's filtering are left out: rules of their own tell
 * where these belong.
 */
export function namedContainers(
  entry: OverrideEntry,
): readonly { readonly container: string; readonly path: Path }[] {
  return perContainer.flatMap((field) => {
    const list = entry.value[field] ?? null;
    return (isList(list) ? list : []).flatMap((item, index) => {
      if (!isMapping(item) || typeof item.container !== "string") return [];
      const variables = isList(item.envVars ?? null) ? Object.values(item.envVars ?? []) : [];
      const filters = variables.some(
        (one) => isMapping(one) && typeof one.name === "string" && resemblesFilteringVariable(one.name),
      );
      if (filters) return [];
      return [{ container: item.container, path: [...entry.path, field, index, "container"] }];
    });
  });
}
