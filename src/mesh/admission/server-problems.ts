import type { Graph } from "../../model/graph.ts";
import { label, type Resource } from "../../model/resource.ts";
import { toJson } from "../../model/value.ts";
import { isPatched } from "../patches.ts";
import { serverWorkloads } from "./backends.ts";
import { asksNowhere, probesOf } from "./probes.ts";
import type { LinkProblem } from "./problem.ts";
import { hasSource, mountedCertificates } from "./serving-certificates.ts";

/** Whether the pods of a webhook's server can become ready: probes that speak TLS where it does, and its certificate. */
export function workloadProblems(graph: Graph, workload: Resource): readonly LinkProblem[] {
  const servers = serverWorkloads(graph).get(workload) ?? [];
  const pod = servers[0]?.pod;
  if (pod === undefined) return [];
  const ports = new Set(servers.map(({ target }) => (target.state === "known" ? target.port : null)));
  const probes = probesOf(pod).flatMap((probe): readonly LinkProblem[] => {
    if (asksNowhere(probe))
      return [
        {
          path: [...probe.path, "port"],
          message: `${probe.kind} asks at port ${toJson(probe.port)}, which container ${probe.container.name} does not have`,
          severity: "warning",
          advice: "name a port of the container",
        },
      ];
    if (probe.isHttps || probe.number === null || !ports.has(probe.number)) return [];
    return [
      {
        path: [...probe.path, "scheme"],
        message: `${probe.kind} asks over HTTP at port ${probe.number}, where the server of a webhook speaks TLS only`,
        advice: "set scheme: HTTPS",
      },
    ];
  });
  const certificates = mountedCertificates(pod)
    .filter(({ secret }) => !hasSource(graph, workload.namespace, secret))
    .map(({ path, secret }): LinkProblem => ({
      path,
      message: `the server's certificate is mounted from Secret ${secret}, which the set neither has nor requests from the service CA or cert-manager`,
      severity: "warning",
      advice: `annotate the Service with service.beta.openshift.io/serving-cert-secret-name: ${secret}`,
    }));
  const problems = [...probes, ...certificates];
  return problems.length > 0 && isPatched(graph, workload)
    ? [{ needs: `${label(workload)} as Kustomize renders it` }]
    : problems;
}
