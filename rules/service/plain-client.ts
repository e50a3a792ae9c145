import { injection, injectionInMesh } from "../../src/mesh/injection.ts";
import { workloadKinds } from "../../src/mesh/kinds.ts";
import {
  clientTexts,
  eventKinds,
  eventSenders,
  eventUris,
  localGatewayTls,
  localNamesIn,
} from "../../src/mesh/local-clients.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** A field with a cluster-local name of a Knative Service. */
interface Call {
  readonly host: string;
  readonly path: Path;
  readonly source: { readonly resource: Resource; readonly path: Path } | null;
}

const isEvent = (resource: Resource): boolean => eventKinds.some((kind) => kind === resource.kind);

function callsOf(graph: Graph, resource: Resource): readonly Call[] {
  const texts = isEvent(resource)
    ? eventUris(resource).map((uri) => ({ ...uri, source: null }))
    : graph.podsOf(resource).flatMap((pod) => clientTexts(graph, pod));
  return texts.flatMap(({ text, path, source }) =>
    localNamesIn(graph, text)
      .slice(0, 1)
      .map((host) => ({ host, path, source })),
  );
}

/** Whether the pods have a sidecar; one that its namespace keeps from them is another rule's finding. */
function hasSidecar(graph: Graph, pods: readonly PodTemplate[]): "yes" | "no" | "unknown" {
  const states = pods.map((pod) => {
    const asked = injectionInMesh(graph, pod).state;
    return asked === "yes" ? injection(graph, pod).state : asked;
  });
  const asks = pods.some((pod) => injectionInMesh(graph, pod).state === "yes");
  if (states.includes("unknown") || states.length === 0) return "unknown";
  return states.includes("no") && !asks ? "no" : "yes";
}

export const rule = defineRule({
  id: "service/plain-client",
  summary: "A client without a sidecar calls the cluster-local name of a Knative Service in the mesh.",
  severity: "warning",
  category: "mTLS",
  documentation: [integrations("1.4.2")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/gateway.yaml"],
  applies: "where the local gateway has TLS mode ISTIO_MUTUAL",
  fix: "none",
  reads: [...workloadKinds, ...eventKinds],
  subjects(graph) {
    const clients = graph.own(...workloadKinds, ...eventKinds).filter((client) => !isOwned(client));
    const calling = clients.filter((client) => callsOf(graph, client).length > 0);
    const tls = localGatewayTls(graph);
    if (tls === "other") return notApplicable("the local gateway takes callers without a certificate");
    if (calling.length === 0) return notApplicable("no workload names a Knative Service of the set");
    return tls === "mutual" ? calling : undecided("the local gateway of Knative");
  },
  *check(client, graph): Generator<Judgement> {
    const senders = isEvent(client)
      ? eventSenders(graph, client)
      : { pods: graph.podsOf(client), open: false };
    if (senders.open) return yield undecided("the workloads of Eventing that send its events");
    const sidecar = hasSidecar(graph, senders.pods);
    if (sidecar === "unknown") return yield undecided("whether the client's pods get a sidecar");
    if (sidecar === "yes") return;
    const who = isEvent(client) ? (senders.pods[0]?.resource.name ?? client.name) : label(client);
    for (const { host, path, source } of callsOf(graph, client)) {
      yield fail(
        at(client, ...path),
        `${who} has no sidecar and calls ${host}, where the local gateway takes only clients with a mesh certificate`,
        {
          ...(source && {
            related: [{ at: at(source.resource, ...source.path), message: "the name stands here" }],
          }),
          advice: "call the external URL, or let the client have a sidecar",
        },
      );
    }
  },
});
