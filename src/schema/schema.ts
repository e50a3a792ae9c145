import type { Kind } from "../model/resource.ts";
import { isList, isMapping, type Path, type Value } from "../model/value.ts";
import { schemaTexts } from "./generated/schemas.js";

/** What a value is, in the words of this project: a mapping is JSON's object, a list its array. */
export type ValueType = "null" | "boolean" | "integer" | "number" | "string" | "list" | "mapping";

type JsonType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/** The part of JSON Schema that `schemas/` uses; `x-` keywords are ours (schemas/README.md). */
export interface Schema {
  readonly $ref?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly description?: string;
  readonly enum?: readonly string[];
  /** Of text. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  /** The first of the properties is the one that is missed. */
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly "x-ignore-case"?: boolean;
  readonly "x-preserves"?: boolean;
  readonly "x-reported-by"?: string;
}

/** A schema and the document that its references are about. */
export interface Node {
  readonly schema: Schema;
  readonly root: Schema;
}

const roots = new Map<string, Schema>();

function rootOf(name: string): Schema | null {
  const known = roots.get(name);
  if (known) return known;
  const text = Object.hasOwn(schemaTexts, name) ? schemaTexts[name] : undefined;
  if (text === undefined) return null;
  const root: Schema = JSON.parse(text);
  roots.set(name, root);
  return root;
}

/** Follows references: `#/$defs/x` within a document, `../shared.json#/$defs/x` into the parts in common. */
function resolve(node: Node): Node {
  const { $ref } = node.schema;
  if ($ref === undefined) return node;
  const root = $ref.startsWith("#") ? node.root : rootOf("shared.json");
  const schema = root?.$defs?.[$ref.slice($ref.lastIndexOf("/") + 1)];
  if (!root || !schema) throw new Error(`no schema for ${$ref}`);
  return resolve({ schema, root });
}

/** The schema of a kind, or null if there is none. */
export function schemaOf(kind: Kind): Node | null {
  const root = rootOf(kind);
  return root && resolve({ schema: root, root });
}

/** The schema of a key or list item; null where the schema says nothing about it. */
export function child(node: Node, step: string | number): Node | null {
  const { schema, root } = node;
  if (typeof step === "number") return schema.items ? resolve({ schema: schema.items, root }) : null;
  const { properties = {}, additionalProperties } = schema;
  const own = Object.hasOwn(properties, step) ? properties[step] : undefined;
  if (own) return resolve({ schema: own, root });
  return typeof additionalProperties === "object" ? resolve({ schema: additionalProperties, root }) : null;
}

/** The schema at a path of a kind; null where none is known. */
export function nodeAt(kind: Kind, path: Path): Node | null {
  let node = schemaOf(kind);
  for (const step of path) node = node && child(node, step);
  return node;
}

const words: Readonly<Record<JsonType, ValueType>> = {
  null: "null",
  boolean: "boolean",
  integer: "integer",
  number: "number",
  string: "string",
  array: "list",
  object: "mapping",
};

/** The types that a schema allows; empty where any will do. */
export function typesOf(schema: Schema): readonly ValueType[] {
  const { type = [] } = schema;
  return (typeof type === "string" ? [type] : type).map((name) => words[name]);
}

/** What a value is. Whole numbers are integers however they are written, as in JSON Schema. */
export function typeOf(value: Value): ValueType {
  if (value === null) return "null";
  if (isList(value)) return "list";
  if (isMapping(value)) return "mapping";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "string") return "string";
  return typeof value === "bigint" || Number.isInteger(value) ? "integer" : "number";
}

/** Whether a value of one type may stand where the others are allowed. */
export function fits(type: ValueType, allowed: readonly ValueType[]): boolean {
  return allowed.length === 0 || allowed.includes(type) || (type === "integer" && allowed.includes("number"));
}
