import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, type Path, valueAt } from "../model/value.ts";

/** A key on the way to a field that looks like the one that is meant, where the API server takes any key. */
export function misspeltKey(
  resource: Resource,
  path: Path,
): { readonly path: Path; readonly meant: string } | null {
  for (let length = 1; length < path.length; length++) {
    const parent = valueAt(resource.value, path.slice(0, length));
    const wanted = String(path[length]);
    if (!isMapping(parent)) return null;
    if (Object.hasOwn(parent, wanted)) continue;
    const near = Object.keys(parent).find((key) => nearest(key, [wanted]) !== null);
    return near === undefined ? null : { path: [...path.slice(0, length), near], meant: wanted };
  }
  return null;
}
