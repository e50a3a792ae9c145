import { workloadKinds } from "../../src/mesh/kinds.ts";
import { callsOf, hasSidecar, isEvent } from "../../src/mesh/plain-calls.ts";
import { eventKinds, eventSenders, localGatewayTls } from "../../src/mesh/local-clients.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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
