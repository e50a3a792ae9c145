import type { Graph } from "../model/graph.ts";
import { type Resource, sourceOf } from "../model/resource.ts";

function foldersOf(resource: Resource): readonly string[] {
  return sourceOf(resource, []).document.file.path.split("/").slice(0, -1);
}

/** How many folders the files of two objects have in common. */
function nearness(one: Resource, other: Resource): number {
  const [folders, others] = [foldersOf(one), foldersOf(other)];
  const differs = folders.findIndex((folder, index) => folder !== others[index]);
  return differs < 0 ? folders.length : differs;
}

/**
 * Whether an object is the one of its candidates that another object of the tree goes with. Candidates in several
 * folders that nothing applies together are alternatives (samples, tests, clusters): what lies nearer to one of them
 * belongs to that one (`other` for the rest), and what is equally far from several tells nothing about any of them.
 */
export function goesWith(graph: Graph, resource: Resource, companion: Resource): "yes" | "other" | "unknown" {
  const applied = [resource, companion].every(({ standing }) => standing === "own");
  if (graph.set.appliedAsWhole && applied) return "yes";
  const home = foldersOf(resource).join("/");
  const distances = graph
    .all(resource.kind)
    .filter(
      ({ name, namespace }) =>
        name === resource.name &&
        (namespace === resource.namespace || namespace === null || resource.namespace === null),
    )
    .filter((candidate) => foldersOf(candidate).join("/") !== home)
    .map((candidate) => nearness(candidate, companion));
  const mine = nearness(resource, companion);
  const nearest = Math.max(-1, ...distances);
  if (nearest < mine) return "yes";
  return nearest > mine ? "other" : "unknown";
}
