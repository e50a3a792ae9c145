import { isList, isMapping, type Value } from "./value.ts";

export interface Visitor {
  /** Whether to go on below an entry of a mapping; default: always. */
  enter?(key: string, child: Value, path: readonly (string | number)[]): boolean;
  scalar(value: Value, path: readonly (string | number)[]): void;
}

/**
 * Visits every scalar below a value. The path is one list that changes on the way: whoever keeps it copies it. That
 * makes looking through all manifests of a large repository cheap.
 */
export function walk(value: Value, visitor: Visitor, path: (string | number)[] = []): void {
  if (isList(value)) {
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      walk(value[index] ?? null, visitor, path);
      path.pop();
    }
  } else if (isMapping(value)) {
    for (const key of Object.keys(value)) {
      const child = value[key] ?? null;
      path.push(key);
      if (visitor.enter?.(key, child, path) ?? true) walk(child, visitor, path);
      path.pop();
    }
  } else {
    visitor.scalar(value, path);
  }
}
