import type { Graph } from "../model/graph.ts";
import { idKey, type Resource } from "../model/resource.ts";
import { gatewayWorkloads, servicePicks, workloadsOf } from "./gateway-workloads.ts";
import { localGatewaysBehind } from "./local-service.ts";

/** What the Service of the local gateway selects, compared with what the local Gateways select. */
export type LocalSelection =
  | { readonly state: "unknown"; readonly needs: string }
  /** The Gateways themselves select no pods. */
  | { readonly state: "no-pods" }
  | {
      readonly state: "known";
      readonly gateways: readonly Resource[];
      /** The Service picks none of their pods: these are in other namespaces (empty: in its own). Null: it does. */
      readonly away: readonly string[] | null;
      /** Names of other gateways' workloads that it picks beside them. */
      readonly extra: readonly string[];
    };

export function localSelection(graph: Graph, service: Resource): LocalSelection {
  const gateways = localGatewaysBehind(graph, service);
  if (gateways.length === 0) return { state: "unknown", needs: "the local gateway" };
  const selected = gateways.map((gateway) => workloadsOf(graph, gateway));
  const targets = selected.flatMap(({ workloads }) => workloads);
  const open = selected.find((found) => found.state === "unknown");
  if (targets.length === 0) return open ? { state: "unknown", needs: open.needs } : { state: "no-pods" };
  const picks = targets.map((target) => servicePicks(service, target));
  if (!picks.includes("yes")) {
    if (picks.includes("unknown"))
      return { state: "unknown", needs: `the namespace and the selector of Service ${service.name}` };
    const namespaces = new Set(targets.flatMap(({ namespace }) => namespace ?? []));
    const isBeside = service.namespace === null || namespaces.has(service.namespace);
    return { state: "known", gateways, away: isBeside ? [] : [...namespaces], extra: [] };
  }
  const known = new Set(targets.map(({ resource }) => idKey(resource)));
  const others = gatewayWorkloads(graph).filter(
    (workload) => !known.has(idKey(workload.resource)) && servicePicks(service, workload) === "yes",
  );
  const names = open ? [] : others.map(({ resource }) => resource.name);
  return { state: "known", gateways, away: null, extra: [...new Set(names)] };
}
