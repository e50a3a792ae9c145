import { removeKey } from "../../src/fix/edits.ts";
import {
  isMadeByKnative,
  knativeUses,
  otherIngress,
  ownKnativeGateways,
  sameMesh,
} from "../../src/mesh/gateway-scope.ts";
import { serversOf } from "../../src/mesh/gateway-servers.ts";
import { externalTls, localTls, type TlsMode } from "../../src/mesh/gateway-tls-mode.ts";
import { gatewayFlaws } from "../../src/mesh/gateway-validation.ts";
import type { GatewayFlaw } from "../../src/mesh/gateway-validation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
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

/** What is said about the TLS of Knative's servers. */
function judged(gateway: Resource, found: TlsMode): Judgement | null {
  if (found.state === "right") return null;
  if (found.state === "unknown") return undecided(found.needs);
  const { state, path, message, advice } = found;
  const more = state === "demanding" ? { severity: "info" as const, advice } : { advice };
  return fail(at(gateway, ...path), message, more);
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
    const modes = [
      ...(roles.includes("external") ? externalTls(graph, gateway, servers.value) : []),
      ...(roles.includes("local") ? localTls(gateway, servers.value) : []),
    ];
    yield* modes.map((mode) => judged(gateway, mode)).filter((said) => said !== null);
    // One cause, one finding: a wrong mode explains what is wrong with the certificates of that mode.
    const blamed = modes.flatMap((mode) =>
      mode.state === "wrong" && mode.path.at(-1) === "mode" ? [JSON.stringify(mode.path.slice(0, -1))] : [],
    );
    for (const flaw of gatewayFlaws(gateway, servers.value)) {
      const below = blamed.includes(JSON.stringify(flaw.path.slice(0, 4)));
      if (!below) yield problemOf(gateway, flaw);
    }
  },
});
