import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";

/** Code unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const standings = { own: 0, context: 1, derived: 2 } as const;

/**
 * The order of every list of resources: namespace (unknown and cluster-scoped first), name, kind, then own before
 * context before derived, then the place: file, document, item of a List.
 */
export function compareResources(a: Resource, b: Resource): number {
  return (
    compareText(a.namespace ?? "", b.namespace ?? "") ||
    compareText(a.name, b.name) ||
    compareText(a.kind, b.kind) ||
    standings[a.standing] - standings[b.standing] ||
    comparePlaces(a, b)
  );
}

function comparePlaces(a: Resource, b: Resource): number {
  const first = placeOf(a);
  const second = placeOf(b);
  return (
    compareText(first.file, second.file) ||
    first.index - second.index ||
    comparePaths(first.path, second.path)
  );
}

function placeOf(resource: Resource): { readonly file: string; readonly index: number; readonly path: Path } {
  const { origin } = resource;
  if (origin.from === "document") {
    return { file: origin.document.file.path, index: origin.document.index, path: origin.base };
  }
  const parent = placeOf(origin.parent);
  return { ...parent, path: [...parent.path, ...origin.path] };
}

function comparePaths(a: Path, b: Path): number {
  for (const [index, step] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (typeof step === "number" && typeof other === "number") {
      if (step !== other) return step - other;
    } else {
      const order = compareText(String(step), String(other));
      if (order !== 0) return order;
    }
  }
  return a.length - b.length;
}
