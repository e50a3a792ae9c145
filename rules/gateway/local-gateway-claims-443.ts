import { setValue } from "../../src/fix/edits.ts";
import { valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ports } from "../../src/mesh/knative-ports.ts";
import { localGateways } from "../../src/mesh/knative-gateways.ts";
import { claimingServers, leadsElsewhere, localPortFits, sharedServers } from "../../src/mesh/local-port.ts";
import { serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations, oldestIntegrations, printedSo } from "../../src/rule/documents.ts";

/** 8081, unless the Service of the local gateway leads elsewhere and would have to change as well. */
function repair(graph: Graph, gateway: Resource, path: Path): ReturnType<typeof remedy> {
  const edits = leadsElsewhere(graph, gateway) ? null : setValue(gateway, path, ports.localGateway);
  const title = `use port ${ports.localGateway}`;
  const both = `${title} here and as the target of port 80 of the local gateway's Service`;
  return remedy(edits ? title : both, "review", edits);
}

export const rule = defineRule({
  id: "gateway/local-gateway-claims-443",
  summary: "The local gateway claims the port of the ingress gateway.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.2"), olderIntegrations("1.3"), oldestIntegrations("1.3")],
  upstream: ["istio/istio pilot/pkg/model/gateway.go"],
  fix: "review",
  reads: [kinds.Gateway],
  subjects(graph) {
    const mesh = serverlessMesh(graph);
    if (mesh.state === "none") return notApplicable(mesh.why);
    return localGateways(graph).filter((gateway) => gateway.standing === "own");
  },
  *check(gateway, graph) {
    const shared = sharedServers(graph, gateway).filter(({ hosts }) => hosts.length > 0);
    const reported = new Set<number>();
    for (const { server, other, gateway: ingress, hosts, needs } of shared) {
      if (needs !== null || reported.has(server.index)) continue;
      reported.add(server.index);
      const path = [...server.path, "port", "number"];
      const effect =
        server.family === "http" && other.family === "http"
          ? "services that are cluster-local answer requests from outside"
          : "istiod drops the later one";
      // The second sample of Integrations 1.3, as the older edition has it.
      const printed = valueOr(server.number, 0) === 443 && hosts[0] === "*" ? ` (${printedSo})` : "";
      yield fail(
        at(gateway, ...path),
        `port ${valueOr(server.number, 0)} with host "${hosts[0]}" is that of ${label(ingress)} on the same pods: ${effect}${printed}`,
        {
          related: [
            { at: at(ingress, ...other.path, "port", "number"), message: "the server for external traffic" },
          ],
          ...repair(graph, gateway, path),
        },
      );
    }
    if (reported.size > 0) return;

    const [claiming] = claimingServers(graph, gateway);
    const fits = claiming ? localPortFits(graph, gateway) : [];
    const misled = fits.find(({ fit }) => fit.state === "no");
    if (claiming && misled?.fit.state === "no") {
      const { service, fit } = misled;
      const path = [...claiming.path, "port", "number"];
      return yield fail(
        at(gateway, ...path),
        `the local gateway uses port ${valueOr(claiming.number, 0)}, but ${label(service)} leads to ${fit.target}, where nothing listens`,
        {
          related: [{ at: at(service, "spec", "ports"), message: `leads to ${fit.target}` }],
          ...repair(graph, gateway, path),
        },
      );
    }
    for (const { needs } of shared) if (needs !== null) yield undecided(needs);
    if (claiming && fits.length === 0) yield undecided("the Service of the local gateway");
    for (const { fit } of fits) if (fit.state === "unknown") yield undecided(fit.needs);
  },
});
