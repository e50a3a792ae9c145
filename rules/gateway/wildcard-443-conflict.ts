import { gatewayConflicts } from "../../src/mesh/gateway-conflicts.ts";
import type { GatewayConflicts } from "../../src/mesh/gateway-conflicts.ts";
import { isMadeByKnative, knativeUses, otherIngress } from "../../src/mesh/gateway-scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { knativeGateways } from "../../src/mesh/knative-gateways.ts";
import { once } from "../../src/mesh/memo.ts";
import type { Graph } from "../../src/model/graph.ts";
import { idKey, label } from "../../src/model/resource.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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

export const rule = defineRule({
  id: "gateway/wildcard-443-conflict",
  summary: "Another Gateway claims a port and a host of Knative's Gateways on the same pods.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.1")],
  upstream: [
    "istio/istio pilot/pkg/model/gateway.go",
    "knative-extensions/net-istio pkg/reconciler/ingress/resources/gateway.go",
  ],
  fix: "none",
  reads: [kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    const known = knativeGateways(graph).gateways.some((gateway) => gateway.resources.length > 0);
    return known ? graph.own(kinds.Gateway) : notApplicable("there is no Gateway of Knative");
  },
  *check(gateway, graph) {
    const rivals = new Map<string, { resource: Resource; found: GatewayConflicts }[]>();
    for (const resource of possibleRivals(graph, gateway)) {
      if (!speaks(graph, gateway, resource)) continue;
      const found = gatewayConflicts(graph, gateway, resource);
      const key = idKey(resource);
      rivals.set(key, [...(rivals.get(key) ?? []), { resource, found }]);
    }
    const reported = new Set<number>();
    for (const candidates of rivals.values()) {
      const free = candidates.find(({ found }) => found.conflicts.length === 0);
      if (free?.found.needs) yield undecided(free.found.needs);
      const [first] = candidates;
      if (free || !first) continue;
      for (const { server, rival, host } of first.found.conflicts) {
        if (reported.has(server.index)) continue;
        reported.add(server.index);
        const { resource } = first;
        const port = server.number.state === "value" ? server.number.value : "";
        const protocols = [server, rival].map(({ protocol }) =>
          protocol.state === "value" ? protocol.value : "",
        );
        yield fail(
          host
            ? at(gateway, ...server.path, "hosts", host.index)
            : at(gateway, ...server.path, "port", "protocol"),
          host
            ? `host "${host.text}" on port ${port} is also that of ${label(resource)} on the same pods, and only one of the two is served`
            : `port ${port} is ${protocols[0]} here and ${protocols[1]} in ${label(resource)} on the same pods, and only one of the two is served`,
          {
            related: [{ at: at(resource, ...rival.path, "port", "number"), message: label(resource) }],
            advice: "give this Gateway its own ingress gateway, or another port or bind address",
          },
        );
      }
    }
  },
});
