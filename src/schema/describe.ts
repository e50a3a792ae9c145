import type { Kind, Resource } from "../model/resource.ts";
import { type Path, valueAt } from "../model/value.ts";
import { child, fits, nodeAt, type Node, typeOf, typesOf, type ValueType } from "./schema.ts";

/** What the schema of a kind says about one field. */
export interface Field {
  /** Empty: any. */
  readonly types: readonly ValueType[];
  /** The only values that are allowed, or null. */
  readonly allowed: readonly string[] | null;
  /** The only keys that are known here, or null if others may stand here too. */
  readonly keys: readonly string[] | null;
  /** Whether the API server stores keys that it does not know here, so that a slip survives unseen. */
  readonly preserves: boolean;
  readonly description: string | null;
}

/** What is known about a field, or null: no schema for the kind, or none for the path. */
export function fieldAt(kind: Kind, path: Path): Field | null {
  const node = nodeAt(kind, path);
  if (!node) return null;
  const { schema } = node;
  return {
    types: typesOf(schema),
    allowed: schema.enum ?? null,
    keys: schema.additionalProperties === false ? Object.keys(schema.properties ?? {}) : null,
    preserves: schema["x-preserves"] === true,
    description: schema.description ?? null,
  };
}

/** The types that a field may have: `["boolean"]`. Null: not known, or any. */
export function typeAt(kind: Kind, path: Path): readonly ValueType[] | null {
  const types = fieldAt(kind, path)?.types ?? [];
  return types.length === 0 ? null : types;
}

/** The keys that a mapping may have, in the schema's order; null where any key may stand or nothing is known. */
export function knownKeys(kind: Kind, path: Path): readonly string[] | null {
  return fieldAt(kind, path)?.keys ?? null;
}

/**
 * Where a key is known at and below a path, in the order of the schema, if a value of that type may stand there.
 * Only places that have one path: nothing inside lists or below free names.
 */
export function placesOf(kind: Kind, key: string, type: ValueType, from: Path = []): readonly Path[] {
  const found: Path[] = [];
  const look = (node: Node, path: Path): void => {
    for (const name of Object.keys(node.schema.properties ?? {})) {
      const below = child(node, name);
      if (!below) continue;
      if (name === key && fits(type, typesOf(below.schema))) found.push([...path, name]);
      look(below, [...path, name]);
    }
  };
  const start = nodeAt(kind, from);
  if (start) look(start, from);
  return found;
}

/** The one place where a key that stands elsewhere is known, below its own or else anywhere in the kind; or null. */
export function placeOfKey({ kind, value }: Resource, path: Path): Path | null {
  const key = String(path.at(-1));
  const type = typeOf(valueAt(value, path) ?? null);
  const below = placesOf(kind, key, type, path.slice(0, -1));
  const places = below.length > 0 ? below : placesOf(kind, key, type);
  const [place] = places;
  return place && places.length === 1 && valueAt(value, place) === undefined ? place : null;
}
