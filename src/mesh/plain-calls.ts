import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { injection, injectionInMesh } from "./injection.ts";
import { clientTexts, type ClientText, eventKinds, eventUris, localNamesIn } from "./local-clients.ts";

/** A field with a cluster-local name of a Knative Service. */
export interface Call extends Pick<ClientText, "path" | "source"> {
  readonly host: string;
}

/** Whether a resource is one of Eventing, whose events the pods of Eventing send. */
export function isEvent(resource: Resource): boolean {
  return eventKinds.some((kind) => kind === resource.kind);
}

/** The calls of Knative Services by cluster-local names that the text of a client shows: one per field. */
export function callsOf(graph: Graph, client: Resource): readonly Call[] {
  const texts: readonly ClientText[] = isEvent(client)
    ? eventUris(client).map((uri) => ({ ...uri, source: null }))
    : graph.podsOf(client).flatMap((pod) => clientTexts(graph, pod));
  return texts.flatMap(({ text, path, source }) =>
    localNamesIn(graph, text)
      .slice(0, 1)
      .map((host) => ({ host, path, source })),
  );
}

/** Whether a client's pods have a sidecar; one that its namespace keeps from them is another rule's finding. */
export function hasSidecar(graph: Graph, pods: readonly PodTemplate[]): "yes" | "no" | "unknown" {
  const asks = pods.some((pod) => injectionInMesh(graph, pod).state === "yes");
  const states = pods.map((pod) => {
    const asked = injectionInMesh(graph, pod).state;
    return asked === "yes" ? injection(graph, pod).state : asked;
  });
  if (states.includes("unknown") || states.length === 0) return "unknown";
  return states.includes("no") && !asks ? "no" : "yes";
}
