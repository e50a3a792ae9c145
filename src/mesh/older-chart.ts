import type { Graph } from "../model/graph.ts";
import { eventingNamespace } from "./namespaces.ts";
import { shortfall } from "./shortfalls.ts";
import type { TenantGroup } from "./tenant-groups.ts";
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
