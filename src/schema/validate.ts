import type { Resource } from "../model/resource.ts";
import { explain, type SchemaProblem } from "./explain.ts";
import { validators, versions } from "./generated/validators.js";
import { schemaOf } from "./schema.ts";

export type { SchemaProblem } from "./explain.ts";

const none: readonly SchemaProblem[] = [];
const known = new WeakMap<Resource, readonly SchemaProblem[]>();

/** Kinds that have a schema. */
export const schemaKinds: readonly string[] = Object.keys(validators);

/** Whether there is a schema for the kind and API version of a resource. */
export function hasSchema(resource: Resource): boolean {
  const { kind, version } = resource;
  return Object.hasOwn(versions, kind) && versions[kind]?.includes(version) === true;
}

/** Kubernetes' own kinds are read by Go's rules, custom resources by their CRD's schema. */
function isBuiltIn(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/**
 * Where a resource does not fit the schema of its kind, in the order of the text; empty for kinds and versions
 * without schema. Fast for resources that fit: the compiled validator says so; only for others is it worked out why.
 */
export function validate(resource: Resource): readonly SchemaProblem[] {
  if (!hasSchema(resource)) return none;
  const before = known.get(resource);
  if (before) return before;
  const fine = validators[resource.kind]?.(resource.value) === true;
  const problems = fine ? none : explainResource(resource);
  known.set(resource, problems);
  return problems;
}

function explainResource(resource: Resource): readonly SchemaProblem[] {
  const node = schemaOf(resource.kind);
  if (!node) return none;
  const fragment = resource.form === "patch";
  const nullItems = fragment || isBuiltIn(resource.id.group);
  return [...explain(node, resource.value, [], { fragment, nullItems })];
}
