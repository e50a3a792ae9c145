import type { PodTemplate } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, isList, isMapping } from "../model/value.ts";
import type { Mapping, Path, Value } from "../model/value.ts";

/** What a field says. `unknown`: a placeholder, a value of the wrong type, or what a patch fragment leaves open. */
export type Reading<T> =
  | { readonly state: "value"; readonly value: T }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string };

/** A field of a resource, for messages and related places. */
export interface Place {
  readonly resource: Resource;
  readonly path: Path;
}

const absent = { state: "absent" } as const;

const unknown = (why: string): { readonly state: "unknown"; readonly why: string } => ({
  state: "unknown",
  why,
});

/** The value of a reading, or what stands for one that is absent or not known. */
export function valueOr<T, E>(reading: Reading<T>, other: E): T | E {
  return reading.state === "value" ? reading.value : other;
}

/** The value at a path. `null` means absent, as for the API server; a placeholder on the way makes it unknown. */
export function read(resource: Resource, path: Path): Reading<Value> {
  let here: Value = resource.value;
  for (const [index, step] of path.entries()) {
    if (isUnknown(here))
      return unknown(`${formatPath(path.slice(0, index))} of ${resource.id.kind} ${resource.name}`);
    const next: Value | undefined = child(here, step);
    if (next === undefined || next === null) {
      // A key of a list, or an item of a mapping: the type is wrong, which the schema tells.
      const usual = typeof step === "number" ? isList(here) : isMapping(here);
      if (usual && resource.form === "full") return absent;
      return unknown(`${formatPath(path)} of ${resource.id.kind} ${resource.name}`);
    }
    here = next;
  }
  if (isUnknown(here)) return unknown(`${formatPath(path)} of ${resource.id.kind} ${resource.name}`);
  return { state: "value", value: here };
}

function child(value: Value, step: string | number): Value | undefined {
  if (typeof step === "number") return isList(value) ? value[step] : undefined;
  return isMapping(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function readAs<T>(
  resource: Resource,
  path: Path,
  type: string,
  convert: (value: Value) => T | undefined,
): Reading<T> {
  const reading = read(resource, path);
  if (reading.state !== "value") return reading;
  const value = convert(reading.value);
  if (value !== undefined) return { state: "value", value };
  return unknown(`${formatPath(path)} of ${resource.id.kind} ${resource.name} as ${type}`);
}

export function readBoolean(resource: Resource, path: Path): Reading<boolean> {
  return readAs(resource, path, "a boolean", (value) => (typeof value === "boolean" ? value : undefined));
}

export function readString(resource: Resource, path: Path): Reading<string> {
  return readAs(resource, path, "a string", (value) => (typeof value === "string" ? value : undefined));
}

export function readNumber(resource: Resource, path: Path): Reading<number> {
  return readAs(resource, path, "a number", (value) => (typeof value === "number" ? value : undefined));
}

export function readMap(resource: Resource, path: Path): Reading<Mapping> {
  return readAs(resource, path, "a mapping", (value) => (isMapping(value) ? value : undefined));
}

export function readList(resource: Resource, path: Path): Reading<readonly Value[]> {
  return readAs(resource, path, "a list", (value) => (isList(value) ? value : undefined));
}

/** A list of strings; an entry that is a placeholder or no string makes the whole list unknown. */
export function readStrings(resource: Resource, path: Path): Reading<readonly string[]> {
  return readAs(resource, path, "a list of strings", (value) => {
    if (!isList(value)) return undefined;
    const texts = value.filter((item) => typeof item === "string" && !isUnknown(item));
    return texts.length === value.length ? (texts as readonly string[]) : undefined;
  });
}

/** Text of a scalar where the API server wants a string: `true` and `"true"` read alike. */
export function scalarText(value: Value): string | undefined {
  if (typeof value === "string") return value;
  const scalar = typeof value === "boolean" || typeof value === "number" || typeof value === "bigint";
  return scalar ? String(value) : undefined;
}

/** As {@link readString}, with a bare boolean or number read as its text (that it is bare is another rule's). */
export function readText(resource: Resource, path: Path): Reading<string> {
  return readAs(resource, path, "a string", scalarText);
}

function metadataOf(of: Resource | PodTemplate): Place {
  return "spec" in of ? { resource: of.resource, path: of.metadata } : { resource: of, path: ["metadata"] };
}

/** The place of an annotation of an object, or of a pod template. */
export function annotationPlace(of: Resource | PodTemplate, key: string): Place {
  const { resource, path } = metadataOf(of);
  return { resource, path: [...path, "annotations", key] };
}

/** The place of a label of an object, or of a pod template. */
export function labelPlace(of: Resource | PodTemplate, key: string): Place {
  const { resource, path } = metadataOf(of);
  return { resource, path: [...path, "labels", key] };
}

/** An annotation of an object, or of a pod template. */
export function annotation(of: Resource | PodTemplate, key: string): Reading<string> {
  const { resource, path } = annotationPlace(of, key);
  return readText(resource, path);
}

/** A label of an object, or of a pod template; of a template also those that a controller adds to its pods. */
export function labelValue(of: Resource | PodTemplate, key: string): Reading<string> {
  const { resource, path } = labelPlace(of, key);
  const reading = readText(resource, path);
  if (reading.state !== "absent" || !("spec" in of)) return reading;
  const added = Object.hasOwn(of.labels, key) ? of.labels[key] : undefined;
  return added === undefined ? reading : { state: "value", value: added };
}
