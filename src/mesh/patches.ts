import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";

/**
 * Whether patch fragments of the set speak about an object: what they set is not in its own text, so nothing that is
 * absent there is missing for certain. A patch without a name may be for any object of its kind.
 */
export function isPatched(graph: Graph, resource: Resource): boolean {
  return graph
    .fragments(resource.kind)
    .some(
      (other) =>
        other.form === "patch" &&
        (other.name === resource.name || other.name === "") &&
        (other.namespace === null || resource.namespace === null || other.namespace === resource.namespace),
    );
}
