import { rivalsOf } from "../../src/mesh/gateway-rivals.ts";
import { otherIngress } from "../../src/mesh/gateway-scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { knativeGateways } from "../../src/mesh/knative-gateways.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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
    const reported = new Set<number>();
    for (const candidates of rivalsOf(graph, gateway)) {
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
