import { nearest } from "../model/nearest.ts";
import { isCapitalsPlaceholder, isUnknown } from "../model/placeholder.ts";
import { isList, isMapping, type Mapping, type Path, type Value } from "../model/value.ts";
import { child, fits, typeOf, typesOf, type Node, type Schema, type ValueType } from "./schema.ts";

/** One place where a resource does not fit the schema of its kind. */
export type SchemaProblem =
  | {
      readonly type: "unknown-key";
      readonly path: Path;
      readonly key: string;
      /** The known key, not used in this mapping, that was most likely meant. */
      readonly nearest: string | null;
      readonly known: readonly string[];
      /** Whether the API server stores the key all the same. */
      readonly preserved: boolean;
    }
  | {
      readonly type: "wrong-type";
      readonly path: Path;
      readonly expected: readonly ValueType[];
      readonly actual: ValueType;
    }
  | {
      readonly type: "not-allowed";
      readonly path: Path;
      readonly value: string;
      readonly allowed: readonly string[];
      readonly nearest: string | null;
    }
  | {
      readonly type: "out-of-range";
      readonly path: Path;
      readonly value: number | bigint;
      readonly minimum: number | null;
      readonly maximum: number | null;
    }
  /** `path` is that of the mapping which lacks the key; or of the list which lacks its first entry. */
  | { readonly type: "missing"; readonly path: Path; readonly key: string | number };

export interface Leniency {
  /** A patch fragment lacks what its base has. */
  readonly fragment: boolean;
  /** Whether null may stand in a list: Kubernetes' own kinds take it as an empty value, custom resources refuse it. */
  readonly nullItems: boolean;
}

/**
 * A value followed by a number, as it comes from a book whose callouts were copied along (`true 1`): the part
 * before it, or null. Such values belong to manifest/truncated-example.
 */
function withoutCallout(text: string): string | null {
  return /^(\S+)\s{1,8}\d{1,2}$/.exec(text)?.[1] ?? null;
}

function isCallout(text: string, schema: Schema): boolean {
  const rest = withoutCallout(text);
  if (rest === null) return false;
  if (schema.enum) return schema.enum.includes(rest);
  const types = typesOf(schema);
  return (
    (types.includes("boolean") && /^(true|false)$/.test(rest)) ||
    (types.includes("integer") && /^\d+$/.test(rest))
  );
}

const isAllowed = (value: string, schema: Schema, allowed: readonly string[]): boolean =>
  allowed.includes(value) || (schema["x-ignore-case"] === true && allowed.includes(value.toUpperCase()));

/** Keys by which patches give orders: `$patch`, `$setElementOrder/containers`. */
const isDirective = (key: string): boolean => key.startsWith("$");

function* explainMapping(
  node: Node,
  value: Mapping,
  path: Path,
  leniency: Leniency,
): Generator<SchemaProblem> {
  const { properties = {}, additionalProperties, required = [] } = node.schema;
  // The API server drops keys with null before it looks at anything else, in custom resources too.
  const isAbsent = (key: string): boolean => !Object.hasOwn(value, key) || value[key] === null;
  if (!leniency.fragment) {
    for (const key of required) if (isAbsent(key)) yield { type: "missing", path, key };
    const [usual] = Object.keys(properties);
    if (usual !== undefined && Object.keys(value).length < (node.schema.minProperties ?? 0))
      yield { type: "missing", path, key: usual };
  }
  for (const [key, item] of Object.entries(value)) {
    const below = child(node, key);
    if (below) {
      if (item !== null) yield* explain(below, item, [...path, key], leniency);
    } else if (additionalProperties === false && !isDirective(key) && !isUnknown(key)) {
      const known = Object.keys(properties);
      yield {
        type: "unknown-key",
        path: [...path, key],
        key,
        nearest: nearest(
          key,
          known.filter((name) => !Object.hasOwn(value, name)),
        ),
        known,
        preserved: node.schema["x-preserves"] === true,
      };
    }
  }
}

/**
 * Every place at and below a value that does not fit its schema, one problem per place. Placeholders and template
 * variables are unknown values and fit everywhere.
 */
export function* explain(node: Node, value: Value, path: Path, leniency: Leniency): Generator<SchemaProblem> {
  const { schema } = node;
  if (schema["x-reported-by"] !== undefined || isUnknown(value)) return;
  if (typeof value === "string" && isCallout(value, schema)) return;
  const expected = typesOf(schema);
  const actual = typeOf(value);
  // `number: KAFKA_PORT` is filled in by somebody; among texts such a word may be a value like any other.
  if (!fits(actual, expected) && isCapitalsPlaceholder(value)) return;
  if (!fits(actual, expected)) {
    yield { type: "wrong-type", path, expected, actual };
  } else if (typeof value === "string" && schema.enum && !isAllowed(value, schema, schema.enum)) {
    // So is `failurePolicy: WEBHOOK_POLICY`, unless the values that are allowed look like that themselves.
    if (isCapitalsPlaceholder(value) && schema.enum.every((word) => word !== word.toUpperCase())) return;
    yield { type: "not-allowed", path, value, allowed: schema.enum, nearest: nearest(value, schema.enum) };
  } else if (typeof value === "string" && schema.pattern !== undefined) {
    if (!new RegExp(schema.pattern).test(value))
      yield { type: "wrong-type", path, expected: expected.filter((type) => type !== "string"), actual };
  } else if (typeof value === "number" || typeof value === "bigint") {
    const { minimum = null, maximum = null } = schema;
    if ((minimum !== null && value < minimum) || (maximum !== null && value > maximum))
      yield { type: "out-of-range", path, value, minimum, maximum };
  } else if (isList(value)) {
    const items = child(node, 0);
    if (value.length < (schema.minItems ?? 0) && !leniency.fragment) yield { type: "missing", path, key: 0 };
    for (const [index, item] of value.entries())
      if (items && !(item === null && leniency.nullItems))
        yield* explain(items, item, [...path, index], leniency);
  } else if (isMapping(value)) {
    yield* explainMapping(node, value, path, leniency);
  }
}
