import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/set.ts";

function isSameList<T>(a: readonly T[], b: readonly T[], isSame: (one: T, other: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return other !== undefined && isSame(one, other);
    })
  );
}

/** Values come from documents, and a text that did not change is one document. */
function isSameResource(a: Resource, b: Resource): boolean {
  return (
    a.value === b.value &&
    a.namespace === b.namespace &&
    a.name === b.name &&
    a.form === b.form &&
    a.rendering?.affix === b.rendering?.affix &&
    a.rendering?.labels === b.rendering?.labels
  );
}

/**
 * Whether a set of the base is the set of the head: the same documents, read in the same way. Rules say the same about
 * both. Config and context are those of the head for both anyway.
 */
export function isSameSet(a: ResourceSet, b: ResourceSet): boolean {
  return (
    a.path === b.path &&
    a.appliedAsWhole === b.appliedAsWhole &&
    isSameList(a.documents, b.documents, (one, other) => one === other) &&
    isSameList(a.resources, b.resources, isSameResource) &&
    isSameList(a.context.resources, b.context.resources, isSameResource)
  );
}
