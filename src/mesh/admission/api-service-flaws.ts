import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { toJson, valueAt } from "../../model/value.ts";
import type { Path } from "../../model/value.ts";

/** Something for which the API server refuses an APIService. */
export interface ApiServiceFlaw {
  readonly path: Path;
  readonly message: string;
  readonly advice: string;
  /** A value that fits most servers, where none is written. */
  readonly value?: number;
  readonly isAbsence: boolean;
}

/** Ranges of the two priorities, and what is usual for an API of one's own. */
const priorities = [
  { key: "groupPriorityMinimum", most: 20_000, usual: 1000 },
  { key: "versionPriority", most: 1000, usual: 15 },
] as const;

function* flaws({ name, value }: Resource): Generator<ApiServiceFlaw> {
  for (const { key, most, usual } of priorities) {
    const path = ["spec", key];
    const given = valueAt(value, path) ?? null;
    if (given === null)
      yield {
        path,
        message: `APIService ${name} has no ${key}, which the API server requires`,
        advice: `set ${key}: ${usual}`,
        value: usual,
        isAbsence: true,
      };
    else if (typeof given === "number" && (given < 1 || given > most))
      yield {
        path,
        message: `${key} ${toJson(given)} is not between 1 and ${most}`,
        advice: `write a number from 1 to ${most}`,
        isAbsence: false,
      };
  }
  const [group, version] = ["group", "version"].map((key) => valueAt(value, ["spec", key]));
  if (typeof group !== "string" || typeof version !== "string") return;
  if (isUnknown(group) || isUnknown(version) || isUnknown(name) || name === `${version}.${group}`) return;
  yield {
    path: ["metadata", "name"],
    message: `an APIService is named <version>.<group>, here ${version}.${group}, not ${name}`,
    advice: `name it ${version}.${group}`,
    isAbsence: false,
  };
}

/**
 * For what the API server refuses an APIService by its priorities and name (kubernetes/kube-aggregator
 * `pkg/apis/apiregistration/validation/validation.go`).
 */
export function apiServiceFlaws(resource: Resource): readonly ApiServiceFlaw[] {
  return [...flaws(resource)];
}
