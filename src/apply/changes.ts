import { isList, isMapping, type Mapping, type Path, type Value } from "../model/value.ts";
import { canonical } from "./manifest-object.ts";
import { withheld } from "./reduce.ts";

/** A field whose value an application changes; undefined: it is not there. */
export interface Change {
  readonly path: Path;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** What the server keeps for itself. */
const bookkeeping: ReadonlySet<string> = new Set([
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "selfLink",
  "creationTimestamp",
]);

function* differences(before: Value | undefined, after: Value | undefined, path: Path): Generator<Change> {
  if (isMapping(before) && isMapping(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (path.length === 0 && key === "status") continue;
      if (path.length === 1 && path[0] === "metadata" && bookkeeping.has(key)) continue;
      const [left, right] = [before, after].map((side) => (Object.hasOwn(side, key) ? side[key] : undefined));
      yield* differences(left, right, [...path, key]);
    }
  } else if (isList(before) && isList(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) yield* differences(item, after[index], [...path, index]);
  } else if (
    canonical(before ?? null) !== canonical(after ?? null) ||
    (before === undefined) !== (after === undefined)
  ) {
    yield { path, before, after };
  }
}

const isSecret = ({ apiVersion, kind }: Mapping): boolean => apiVersion === "v1" && kind === "Secret";

/** Fields of a Secret that hold values, and copies of a whole object. */
function hides(object: Mapping, path: Path): boolean {
  const isCopy = path.at(-1) === "kubectl.kubernetes.io/last-applied-configuration";
  return isCopy || (isSecret(object) && (path[0] === "data" || path[0] === "stringData"));
}

/** Of a mapping in a Secret the keys stay. */
function hidden(value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined;
  return isMapping(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, withheld])) : withheld;
}

/**
 * What an application changes, from the object that the server has to the one that it would have. Values of Secrets are
 * not told.
 */
export function changesBetween(before: Mapping, after: Mapping): readonly Change[] {
  return [...differences(before, after, [])].map((change) =>
    hides(after, change.path)
      ? { path: change.path, before: hidden(change.before), after: hidden(change.after) }
      : change,
  );
}
