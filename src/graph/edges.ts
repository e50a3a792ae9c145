import type { Edge, Graph } from "../model/graph.ts";

/** All edges of a graph. */
export function edgesOf(_graph: Graph): readonly Edge[] {
  return [];
}
