import { removeKey } from "../../src/fix/edits.ts";
import {
  isMadeByKnative,
  knativeUses,
  otherIngress,
  ownKnativeGateways,
  sameMesh,
} from "../../src/mesh/gateway-scope.ts";
import { serversOf } from "../../src/mesh/gateway-servers.ts";
import type { GatewayServer } from "../../src/mesh/gateway-servers.ts";
import { mayBeSecure, tlsMode } from "../../src/mesh/gateway-tls-mode.ts";
import { gatewayFlaws } from "../../src/mesh/gateway-validation.ts";
import type { GatewayFlaw } from "../../src/mesh/gateway-validation.ts";
import { httpsTargets, isBehindHttps } from "../../src/mesh/https-servers.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { GatewayRole } from "../../src/mesh/knative-gateways.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement, Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function problemOf(gateway: Resource, { path, message, advice, other, removable }: GatewayFlaw): Problem {
  const edits = removable ? removeKey(gateway, path) : null;
  return fail(at(gateway, ...path), message, {
    related: other ? [{ at: at(gateway, ...other), message: "the other one" }] : [],
    ...remedy(advice, "safe", edits),
  });
}

function* checkMode(gateway: Resource, server: GatewayServer, role: GatewayRole): Iterable<Judgement> {
  const mode = tlsMode(gateway, server, role);
  if (mode.state === "unknown") yield undecided(mode.needs);
  if (mode.state !== "wrong" && mode.state !== "demanding") return;
  const { path, message, advice } = mode;
  yield fail(at(gateway, ...path), message, {
    ...(mode.state === "demanding" && { severity: "info" as const }),
    advice,
  });
}

/** The server that ends TLS for external traffic has to be where the Routes of OpenShift lead. */
function* externalServers(
  graph: Graph,
  gateway: Resource,
  servers: readonly GatewayServer[],
): Iterable<Judgement> {
  for (const { protocol } of servers) if (protocol.state === "unknown") yield undecided(protocol.why);
  const secure = servers.filter((server) => server.family === "tls");
  const [first] = secure;
  if (!first) {
    // A plain server with tls settings is meant to be the one, and a finding of its own.
    if (servers.some((server) => mayBeSecure(gateway, server))) return;
    return yield fail(at(gateway, "spec", "servers"), "no server has protocol HTTPS or TLS", {
      advice: "add the HTTPS server on port 443 with the certificate of the external domain",
    });
  }
  const matches = secure.map((server) => isBehindHttps(graph, gateway, server));
  for (const [index, server] of secure.entries())
    if (matches[index] !== "no") yield* checkMode(gateway, server, "external");
  if (matches.includes("yes")) return;
  if (matches.includes("unknown"))
    return yield undecided("the port named https of the ingress gateway's Service");
  yield fail(
    at(gateway, ...first.path, "port", "number"),
    `no HTTPS server is on the port behind the Service's port https (${httpsTargets(graph, gateway).join(", ")})`,
    { advice: "set the number of the HTTPS server to 443" },
  );
}

export const rule = defineRule({
  id: "gateway/server-tls-invalid",
  summary: "A server of a Gateway is refused by Istio, or does not end TLS for external traffic.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [integrations("1.4.2")],
  upstream: ["istio/istio pkg/config/validation/validation.go"],
  fix: "safe",
  reads: [kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    const used = ownKnativeGateways(graph);
    const beside = (gateway: Resource): boolean =>
      !isMadeByKnative(gateway) && used.some((one) => sameMesh(graph, one, gateway) === "yes");
    return graph.own(kinds.Gateway).filter((gateway) => used.includes(gateway) || beside(gateway));
  },
  *check(gateway, graph) {
    const servers = serversOf(gateway);
    if (servers.state === "unknown") return yield undecided(servers.why);
    if (servers.state === "absent")
      return yield fail(at(gateway, "spec", "servers"), "the Gateway has no servers", {
        advice: "add a server with port, hosts and, for HTTPS, tls",
      });
    const roles = knativeUses(graph, gateway).map((use) => use.role);
    const secure = servers.value.filter((server) => server.family === "tls");
    const wider = [
      ...(roles.includes("external") ? externalServers(graph, gateway, servers.value) : []),
      // Cluster-local calls: the servers of the local gateway that use TLS end it as well.
      ...(roles.includes("local") ? secure.flatMap((one) => [...checkMode(gateway, one, "local")]) : []),
    ];
    yield* wider;
    // One cause, one finding: a wrong mode explains what is wrong with the certificates of that mode.
    const blamed = wider.flatMap((said) =>
      said.verdict === "fail" &&
      said.severity !== "info" &&
      "path" in said.at &&
      said.at.path.at(-1) === "mode"
        ? [JSON.stringify(said.at.path.slice(0, -1))]
        : [],
    );
    for (const flaw of gatewayFlaws(gateway, servers.value)) {
      const below = blamed.includes(JSON.stringify(flaw.path.slice(0, 4)));
      if (!below) yield problemOf(gateway, flaw);
    }
  },
});
