import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Mapping, type Value, valueAt } from "../model/value.ts";
import { once } from "./memo.ts";

const mappings = (value: Value | undefined): readonly Mapping[] =>
  isList(value) ? value.filter(isMapping) : [];

/** The patches that the Kustomizations of a set name or hold. */
const kustomizePatches = once((graph: Graph): readonly Mapping[] =>
  graph.set.documents
    .filter(({ file }) => /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(file.path))
    .flatMap(({ value }) => ["patches", "patchesJson6902"].flatMap((key) => mappings(valueAt(value, [key])))),
);

/** A target's name is a regular expression: what is no plain name may be any object's. */
function mayTarget(target: Mapping, resource: Resource): boolean {
  const { kind, name } = target;
  if (typeof kind === "string" && kind !== resource.id.kind) return false;
  return typeof name !== "string" || !/^[a-z0-9-]+$/.test(name) || name === resource.name;
}

/** Whether a patch that is no fragment of its own is about an object: JSON patches, and those inside the list. */
function isAbout(item: Mapping, resource: Resource): boolean {
  const { target, patch } = item;
  if (isMapping(target)) return mayTarget(target, resource);
  return typeof patch === "string" && [resource.id.kind, resource.name].every((word) => patch.includes(word));
}

/**
 * Whether patches of the set speak about an object: what they set is not in its own text, so nothing that is
 * absent there is missing for certain. A patch without a name may be for any object of its kind.
 */
export function isPatched(graph: Graph, resource: Resource): boolean {
  const byFragment = graph
    .fragments(resource.kind)
    .some(
      (other) =>
        other.form === "patch" &&
        (other.name === resource.name || other.name === "") &&
        (other.namespace === null || resource.namespace === null || other.namespace === resource.namespace),
    );
  return byFragment || kustomizePatches(graph).some((item) => isAbout(item, resource));
}
