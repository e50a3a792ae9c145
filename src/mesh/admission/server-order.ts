import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { kinds } from "../kinds.ts";
import { accountOf } from "./access-roles.ts";
import {
  apiServicesOf,
  backendKinds,
  backendsOf,
  finalBackends,
  servers,
  serverWorkloads,
} from "./backends.ts";
import { makersOf, mountedCertificates } from "./serving-certificates.ts";

/** What the pods of a server wait for: their account, and the Secret of their certificate. */
function needsOfPods(graph: Graph, workload: Resource): readonly Resource[] {
  const pods = (serverWorkloads(graph).get(workload) ?? []).slice(0, 1).map(({ pod }) => pod);
  return pods.flatMap((pod) => [
    ...graph.named(kinds.ServiceAccount, pod.namespace, accountOf(pod).name),
    ...mountedCertificates(pod).flatMap(({ secret }) => makersOf(graph, pod.namespace, secret)),
  ]);
}

/**
 * What has to be there before a webhook configuration, an APIService, or the workload behind them (Architecture 6.5):
 * a webhook that comes first refuses requests that nobody answers yet.
 */
export function admissionNeeds(graph: Graph, resource: Resource): readonly Resource[] {
  if (!(backendKinds as readonly string[]).includes(resource.kind)) return needsOfPods(graph, resource);
  const backends = backendsOf(resource);
  const final = backends.flatMap((backend) => finalBackends(graph, backend));
  const behind = servers(graph).filter(({ service }) =>
    final.some(({ namespace, name }) => service.namespace === namespace && service.name === name),
  );
  return [
    ...backends.flatMap((backend) => apiServicesOf(graph, backend)),
    ...behind.flatMap(({ service, pod }) => [service, pod.resource]),
  ];
}
