import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Path, type Value } from "../model/value.ts";
import type { Reading } from "./field.ts";
import { overrideEntries, type OverrideEntry } from "./overrides.ts";
import { filteringWorkload, resemblesFilteringVariable } from "./secret-filtering.ts";

/** Both ingress controllers read the variable, in a container of the same name. */
export const filteringWorkloads: readonly string[] = [filteringWorkload, "net-kourier-controller"];

/** A variable of an override that is, or may be meant as, the one that makes controllers filter Secrets. */
export interface FilteringVariable {
  readonly workload: Reading<string>;
  /** Empty if none is named. */
  readonly container: string;
  readonly containerPath: Path;
  readonly name: string;
  readonly value: Value;
  /** Of the variable. */
  readonly path: Path;
}

function variablesOf(entry: OverrideEntry): readonly FilteringVariable[] {
  const list = entry.value.env ?? null;
  return (isList(list) ? list : []).flatMap((item, index) => {
    const variables = isMapping(item) ? (item.envVars ?? null) : null;
    if (!isMapping(item) || !isList(variables)) return [];
    const base = [...entry.path, "env", index];
    const container = typeof item.container === "string" ? item.container : "";
    return variables.flatMap((variable, position): readonly FilteringVariable[] => {
      if (!isMapping(variable) || typeof variable.name !== "string") return [];
      if (!resemblesFilteringVariable(variable.name)) return [];
      return [
        {
          workload: entry.name,
          container,
          containerPath: [...base, "container"],
          name: variable.name,
          value: variable.value ?? null,
          path: [...base, "envVars", position],
        },
      ];
    });
  });
}

/** Where the overrides of a KnativeServing set the variable, or something like it, rightly or not. */
export function filteringVariables(serving: Resource): readonly FilteringVariable[] {
  return overrideEntries(serving).flatMap(variablesOf);
}
