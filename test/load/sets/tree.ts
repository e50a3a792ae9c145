import { parseDocuments } from "../../../src/load/parse.ts";
import { discover, type Discovery, type SetInput } from "../../../src/load/sets/discover.ts";
import type { ManifestDocument } from "../../../src/model/document.ts";
import { label, type Resource } from "../../../src/model/resource.ts";
import type { ResourceSet } from "../../../src/model/set.ts";

/** File texts by path. */
export type TreeOfFiles = Readonly<Record<string, string>>;

export function documentsOf(files: TreeOfFiles): readonly ManifestDocument[] {
  return Object.entries(files).flatMap(([path, text]) => parseDocuments({ path, text }));
}

export function discoverIn(files: TreeOfFiles, input: Partial<SetInput> = {}): Discovery {
  return discover({ documents: documentsOf(files), ...input });
}

/** An object as short YAML: `object("Gateway.networking.istio.io", "shop", "team-a")`. */
export function object(kind: string, name: string, namespace?: string, rest = ""): string {
  const [short = "", ...group] = kind.split(".");
  return [
    `apiVersion: ${group.length > 0 ? `${group.join(".")}/v1` : "v1"}`,
    `kind: ${short}`,
    "metadata:",
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    rest,
  ].join("\n");
}

function text(resource: Resource): string {
  return `${label(resource)}${resource.form === "patch" ? " (patch)" : ""}`;
}

/** Sets as `path: resources`, sorted, with a `*` at the name of those that are applied as a whole. */
export function summary(sets: readonly ResourceSet[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    sets.map((set) => [
      `${set.name}${set.appliedAsWhole ? "*" : ""} (${set.path})`,
      set.resources.map(text).toSorted(),
    ]),
  );
}

export function contextOf(sets: readonly ResourceSet[], name: string): readonly string[] {
  return sets
    .filter((set) => set.name === name)
    .flatMap((set) => set.context.resources.map((resource) => `${text(resource)} ${resource.standing}`))
    .toSorted();
}
