import type { ManifestDocument } from "../model/document.ts";
import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";

const byDocument = new WeakMap<Graph, Map<ManifestDocument, Resource[]>>();

/** The resource of a set that a path of a document belongs to, and the path in it; null outside all of them. */
export function resourceAt(
  graph: Graph,
  document: ManifestDocument,
  path: Path,
): { readonly resource: Resource; readonly path: Path } | null {
  let index = byDocument.get(graph);
  if (!index) {
    index = new Map();
    for (const resource of graph.set.resources) {
      if (resource.origin.from !== "document") continue;
      const list = index.get(resource.origin.document);
      if (list) list.push(resource);
      else index.set(resource.origin.document, [resource]);
    }
    byDocument.set(graph, index);
  }
  for (const resource of index.get(document) ?? []) {
    const base = resource.origin.from === "document" ? resource.origin.base : [];
    if (base.every((step, at) => step === path[at])) return { resource, path: path.slice(base.length) };
  }
  return null;
}
