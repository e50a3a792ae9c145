import { isInstallConfig } from "./install-config.ts";
import { nearest } from "./nearest.ts";
import { isList, isMapping, type Mapping, type Path, type Value, valueAt } from "./value.ts";

/** Something that was meant as an object of the API, and that no server takes for one. */
export interface IncompleteObject {
  /** The path of the object in its document: not empty for items of a List. */
  readonly path: Path;
  readonly value: Mapping;
  readonly lacks: "apiVersion" | "kind";
  /** The key that was probably meant to be the one that lacks; the key itself if its value is no text. */
  readonly insteadOf: string | null;
}

const isText = (value: Value | undefined): value is string => typeof value === "string" && value !== "";

function incompleteObject(value: Value, path: Path): IncompleteObject | null {
  if (!isMapping(value)) return null;
  const lacking = (["apiVersion", "kind"] as const).filter((key) => !isText(valueAt(value, [key])));
  const [lacks] = lacking;
  if (lacks === undefined || lacking.length > 1 || isInstallConfig(value)) return null;
  if (!["name", "generateName"].some((key) => isText(valueAt(value, ["metadata", key])))) return null;
  const others = Object.keys(value).filter(
    (key) => !["apiVersion", "kind", "metadata", "spec"].includes(key),
  );
  const insteadOf = Object.hasOwn(value, lacks)
    ? lacks
    : (others.find((key) => nearest(key, [lacks], 2) !== null && isText(valueAt(value, [key]))) ?? null);
  return { path, value, lacks, insteadOf };
}

/**
 * The objects of a document, itself or items of a List, that have a name and only one of `apiVersion` and `kind`: kubectl
 * refuses them. What has neither is data of another sort.
 */
export function incompleteObjects(value: Value | undefined): readonly IncompleteObject[] {
  if (!isMapping(value)) return [];
  const whole = incompleteObject(value, []);
  if (whole) return [whole];
  const items = valueAt(value, ["kind"]) === "List" ? valueAt(value, ["items"]) : undefined;
  if (!isList(items)) return [];
  return items.flatMap((item, index) => incompleteObject(item, ["items", index]) ?? []);
}
