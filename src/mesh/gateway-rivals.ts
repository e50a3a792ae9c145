import type { Graph } from "../model/graph.ts";
import { idKey, type Resource } from "../model/resource.ts";
import { gatewayConflicts, type GatewayConflicts } from "./gateway-conflicts.ts";
import { isMadeByKnative, knativeUses } from "./gateway-scope.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";

/** A Gateway that may claim what another one claims. */
export interface Rival {
  readonly resource: Resource;
  readonly found: GatewayConflicts;
}

const roles = (graph: Graph, gateway: Resource): ReadonlySet<string> =>
  new Set(knativeUses(graph, gateway).map((use) => use.role));

const knativeOnes = once((graph) =>
  graph.all(kinds.Gateway).filter((gateway) => roles(graph, gateway).size > 0),
);

/** The Gateways that may be a rival: of two, one is Knative's. */
const possibleRivals = (graph: Graph, gateway: Resource): readonly Resource[] =>
  roles(graph, gateway).size > 0 ? graph.all(kinds.Gateway) : knativeOnes(graph);

/** Whether the finding is placed at `gateway`: at the one that is not Knative's, if that one is of the set. */
function speaks(graph: Graph, gateway: Resource, rival: Resource): boolean {
  if (idKey(gateway) === idKey(rival) || isMadeByKnative(gateway) || isMadeByKnative(rival)) return false;
  const mine = roles(graph, gateway);
  const its = roles(graph, rival);
  if (mine.size === 0) return true;
  if (its.size === 0) return rival.standing !== "own";
  // Those of both roles against each other: gateway/local-gateway-claims-443.
  const equal = [...mine].some((role) => its.has(role));
  return equal && (rival.standing !== "own" || idKey(gateway) > idKey(rival));
}

/** The rivals of a Gateway of the set that have to be told there, each with all of its candidates. */
export function rivalsOf(graph: Graph, gateway: Resource): readonly (readonly Rival[])[] {
  const rivals = new Map<string, Rival[]>();
  for (const resource of possibleRivals(graph, gateway)) {
    if (!speaks(graph, gateway, resource)) continue;
    const found = gatewayConflicts(graph, gateway, resource);
    const key = idKey(resource);
    rivals.set(key, [...(rivals.get(key) ?? []), { resource, found }]);
  }
  return [...rivals.values()];
}
