import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, type Mapping, plainText, type Value } from "../model/value.ts";
import { readList, valueOr } from "./field.ts";
import { serversOf } from "./gateway-servers.ts";
import { podsBehind } from "./local-port.ts";
import { localGatewaysBehind } from "./local-service.ts";
import { targetPort } from "./resolved-port.ts";

/** Whether istiod would turn a Gateway's port into another one; undefined: a named target port is not known. */
function translates(graph: Graph, service: Resource, entry: Mapping): boolean | undefined {
  const pods = localGatewaysBehind(graph, service).flatMap((gateway) => podsBehind(graph, service, gateway));
  const targets = (pods.length > 0 ? pods : [null]).map((target) => targetPort(entry, target));
  return targets.includes(undefined) ? undefined : targets.some((target) => target !== entry.port);
}

/** The local gateway itself is written with the Service's port, so the translation is what makes it listen. */
function isWanted(graph: Graph, service: Resource, entry: Mapping): boolean {
  return localGatewaysBehind(graph, service).some((gateway) =>
    valueOr(serversOf(gateway), []).some(
      ({ number }) => number.state === "value" && number.value === entry.port,
    ),
  );
}

export type TranslatedPort =
  | { readonly state: "found"; readonly port: string }
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly needs: string };

/**
 * The first port of the local gateway's Service that istiod would translate for Gateways on the same pods (istio/istio
 * `pilot/pkg/model/gateway.go` resolvePorts), where nobody wants that.
 */
export function translatedPort(graph: Graph, service: Resource): TranslatedPort {
  const ports = readList(service, ["spec", "ports"]);
  if (ports.state === "unknown") return { state: "unknown", needs: ports.why };
  const entries: readonly Value[] = valueOr(ports, []);
  const answers = entries
    .filter(isMapping)
    .filter((entry) => !isWanted(graph, service, entry))
    .map((entry) => ({ entry, translated: translates(graph, service, entry) }));
  const found = answers.find(({ translated }) => translated === true);
  if (found) return { state: "found", port: plainText(found.entry.port) };
  const isOpen = answers.some(({ translated }) => translated === undefined);
  const needs = `the number of the target port of Service ${service.name}`;
  return isOpen ? { state: "unknown", needs } : { state: "none" };
}
