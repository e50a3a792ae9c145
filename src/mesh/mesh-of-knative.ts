import type { Graph } from "../model/graph.ts";
import { servingNamespace } from "./knative-gateways.ts";
import { membership, meshesOf } from "./membership.ts";
import type { Mesh } from "./meshes.ts";
import type { Place } from "./field.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** The mesh that one of Knative's namespaces belongs to. */
export type KnativeMesh =
  | {
      readonly state: "found";
      readonly mesh: Mesh;
      /** The field that makes it belong there; null where nothing written does. */
      readonly at: Place | null;
    }
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly needs: string };

function found(graph: Graph, namespace: string, mesh: Mesh): KnativeMesh {
  if (mesh.namespace === null) return { state: "unknown", needs: "the namespace of the control plane" };
  const home = membership(graph, namespace, mesh);
  return { state: "found", mesh, at: home.state === "member" ? home.at : null };
}

/**
 * The mesh of `knative-serving`, which is that of Serverless (definition D13), or of another namespace of Knative,
 * by its membership.
 */
export function meshOfKnative(graph: Graph, namespace: string): KnativeMesh {
  const serverless = serverlessMesh(graph);
  if (serverless.state === "none") return { state: "none" };
  if (namespace === servingNamespace || serverless.state === "unknown")
    return serverless.state === "unknown" ? serverless : found(graph, namespace, serverless.mesh);
  const home = meshesOf(graph, namespace);
  if (home.state === "none") return { state: "none" };
  return home.state === "unknown" ? home : found(graph, namespace, home.mesh);
}

/** Whether two revisions speak of one mesh: control planes of version 3 never take over from older ones. */
export function isSameMesh(a: Mesh, b: Mesh): boolean {
  return a.namespace === b.namespace && (a.family === "ossm3") === (b.family === "ossm3");
}
