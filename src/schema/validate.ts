import type { Kind, Resource } from "../model/resource.ts";
import { explain, type SchemaProblem } from "./explain.ts";
import { versions } from "./generated/versions.js";
import { knownKinds } from "./known-kinds.ts";
import { schemaOf } from "./schema.ts";

export type { SchemaProblem } from "./explain.ts";

const none: readonly SchemaProblem[] = [];
const known = new WeakMap<Resource, readonly SchemaProblem[]>();

/** What all objects have in common: for kinds that are known, but have no schema of their own (in that version). */
const anyObject: Kind = "Object.any";
const knownSet: ReadonlySet<Kind> = new Set(knownKinds);

/** Kinds that can be validated, if only in what all objects have in common. */
export const schemaKinds: readonly Kind[] = [
  ...new Set([...Object.keys(versions).filter((kind) => kind !== anyObject), ...knownKinds]),
];

/** The name of the schema that a resource is held against; null for kinds that nothing is known about. */
function schemaNameOf({ kind, version }: Resource): Kind | null {
  if (Object.hasOwn(versions, kind) && versions[kind]?.includes(version) === true) return kind;
  return knownSet.has(kind) ? anyObject : null;
}

/** Whether there is a schema for a resource, if only for what all objects have in common. */
export function hasSchema(resource: Resource): boolean {
  return schemaNameOf(resource) !== null;
}

/** Kubernetes' own kinds are read by Go's rules, custom resources by their CRD's schema. */
function isBuiltIn(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

type Validators = (typeof import("./generated/validators.js"))["validators"];

let validators: Validators = {};

/**
 * Loads the compiled validators. They say of objects that fit that they do, many times as fast as it is worked out
 * why one does not; but they take longer to load than a few objects need without them. What is found is the same.
 */
export async function loadValidators(): Promise<void> {
  ({ validators } = await import("./generated/validators.js"));
}

/**
 * Where a resource does not fit the schema of its kind, in the order of the text; empty for kinds that nothing is
 * known about.
 */
export function validate(resource: Resource): readonly SchemaProblem[] {
  const before = known.get(resource);
  if (before) return before;
  const name = schemaNameOf(resource);
  const fine = name === null || validators[name]?.(resource.value) === true;
  const problems = fine ? none : explainResource(resource, name);
  known.set(resource, problems);
  return problems;
}

function explainResource(resource: Resource, schema: Kind): readonly SchemaProblem[] {
  const node = schemaOf(schema);
  if (!node) return none;
  const fragment = resource.form === "patch";
  const nullItems = fragment || isBuiltIn(resource.id.group);
  return [...explain(node, resource.value, [], { fragment, nullItems })];
}
