import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { atLeast, parseVersion, type Version } from "../model/version.ts";
import { kinds } from "./kinds.ts";
import { isMistakenGateway } from "./mistaken-gateway.ts";
import { eventingNamespace, gatewayNamespaces } from "./namespaces.ts";
import { shortfall } from "./shortfalls.ts";
import { isNamespaceWide, type TenantGroup } from "./tenant-groups.ts";
import { jobSink } from "./tenant-policies.ts";
import { componentRequirements } from "./tenant-requirements.ts";

/**
 * Whether a tenant has policies for Eventing, but none for job-sink, as charts before 1.36 render them: that is a
 * question of the chart (tenant/chart-version-mismatch), and of no consequence without JobSinks.
 */
export function lacksJobSink(graph: Graph, group: TenantGroup): boolean {
  const others = group.shared.some(({ namespace }) => namespace === eventingNamespace);
  return (
    others &&
    componentRequirements(graph, group)
      .filter(({ permission }) => permission.component === jobSink.component)
      .some((requirement) => {
        const found = shortfall(graph, { requirement, tenant: group.namespaces });
        return found.state === "lacking" && found.near === null;
      })
  );
}

/** Whether a chart's version is for a release: that of branch 1.35 calls itself 1.36.0, and later ones have no newer. */
export function chartFits(version: string, serverless: Version): boolean {
  const chart = parseVersion(version);
  if (chart === null) return true;
  if (chart.minor === 36 && atLeast(serverless, "1.35")) return true;
  return chart.major === serverless.major && chart.minor === serverless.minor;
}

/** The first policy of a tenant's projects that was written for a gateway beside the control plane. */
export function lackingGateway(graph: Graph, group: TenantGroup): Resource | null {
  const gateways = gatewayNamespaces(graph);
  if (gateways.state === "unknown" || !gateways.namespaces.includes("knative-serving-ingress")) return null;
  const found = graph
    .own(kinds.AuthorizationPolicy)
    .find(
      (policy) =>
        group.namespaces.includes(policy.namespace ?? "") &&
        isNamespaceWide(policy) &&
        isMistakenGateway(graph, policy),
    );
  return found ?? null;
}
