import { setValues } from "../../src/fix/edits.ts";
import { valueOr } from "../../src/mesh/field.ts";
import { freePortName, type GatewayServer, plainServers, serversOf } from "../../src/mesh/gateway-servers.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ports } from "../../src/mesh/knative-ports.ts";
import { localGateways } from "../../src/mesh/knative-gateways.ts";
import { serverlessFamily, serverlessMesh } from "../../src/mesh/serverless-mesh.ts";
import { tenants } from "../../src/mesh/tenants.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

const wanted = "HTTPS with tls.mode ISTIO_MUTUAL";

/** Older editions print HTTP on 8081, and so does a sample output of the newer one. */
const isPrinted = (server: GatewayServer): boolean =>
  valueOr(server.protocol, "") === "HTTP" && valueOr(server.number, null) === ports.localGateway;

/** Said where the edition asks for something else than its sample output shows. */
const sampleOutput = (server: GatewayServer, graph: Graph): string =>
  isPrinted(server) && holds(facts.mutualLocalGateway, graph.profile)
    ? " (the sample output that the documents print shows it so, wrongly)"
    : "";

/** What the documents of the version say about it, and how to change it where they ask for that. */
function judged(
  gateway: Resource,
  server: GatewayServer,
  servers: readonly GatewayServer[],
  graph: Graph,
): Partial<Problem> {
  const advice = `keep it if callers without a sidecar are wanted, else serve ${wanted}`;
  if (serverlessFamily(graph) === "ossm3") return { severity: "info", advice };
  if (!holds(facts.mutualLocalGateway, graph.profile))
    return { severity: "info", advice, documentation: [olderIntegrations("1.3")] };
  const edits = setValues(gateway, [
    [[...server.path, "port", "protocol"], "HTTPS"],
    [[...server.path, "port", "name"], freePortName(gateway, server, servers)],
    [[...server.path, "tls", "mode"], "ISTIO_MUTUAL"],
  ]);
  return {
    otherEdition: isPrinted(server),
    ...(tenants(graph).length > 0 && { severity: "error" }),
    ...remedy(`serve ${wanted}; callers without a sidecar are cut off then`, "review", edits),
  };
}

export const rule = defineRule({
  id: "gateway/local-gateway-plaintext",
  summary: "The local gateway takes plain HTTP: neither encrypted, nor with the caller's identity.",
  severity: "warning",
  varies: true,
  category: "security",
  documentation: [integrations("1.4.2"), olderIntegrations("1.3")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/gateway.yaml"],
  applies:
    "all; an error with tenants, advice up to Serverless 1.30 and with Service Mesh 3, which use HTTP themselves",
  documentedFrom: "1.31",
  fix: "review",
  reads: [kinds.Gateway],
  subjects(graph) {
    const mesh = serverlessMesh(graph);
    if (mesh.state === "none") return notApplicable(mesh.why);
    return localGateways(graph).filter((gateway) => gateway.standing === "own");
  },
  *check(gateway, graph) {
    const found = serversOf(gateway);
    if (found.state === "unknown") return yield undecided(found.why);
    const servers = valueOr(found, []);
    for (const { protocol } of servers) if (protocol.state === "unknown") yield undecided(protocol.why);
    for (const server of plainServers(gateway))
      yield fail(
        at(gateway, ...server.path, "port", "protocol"),
        `the local gateway serves ${valueOr(server.protocol, "")}: calls by cluster-local names reach it unencrypted and without the caller's identity${sampleOutput(server, graph)}`,
        judged(gateway, server, servers, graph),
      );
  },
});
