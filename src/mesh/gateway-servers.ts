import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { readBoolean, readList, readNumber, readString, readStrings, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";

/**
 * What istiod makes of a server's protocol (istio/istio `pkg/config/protocol/instance.go`): `http` is plain HTTP of
 * any version, `tls` is HTTPS and TLS, `tcp` everything else.
 */
export type ProtocolFamily = "http" | "tls" | "tcp";

/** One of a Gateway's `spec.servers`. */
export interface GatewayServer {
  readonly index: number;
  readonly path: Path;
  /** In capitals, as istiod compares it. */
  readonly protocol: Reading<string>;
  readonly family: ProtocolFamily | "unknown";
  readonly number: Reading<number>;
  readonly hosts: Reading<readonly string[]>;
  /** Address that it listens on; empty: all of them. */
  readonly bind: Reading<string>;
}

const families: ReadonlyMap<string, ProtocolFamily> = new Map([
  ["HTTP", "http"],
  ["HTTP2", "http"],
  ["GRPC", "http"],
  ["GRPC-WEB", "http"],
  ["HTTPS", "tls"],
  ["TLS", "tls"],
]);

function server(gateway: Resource, index: number): GatewayServer {
  const path = ["spec", "servers", index];
  const written = readString(gateway, [...path, "port", "protocol"]);
  const protocol = written.state === "value" ? { ...written, value: written.value.toUpperCase() } : written;
  const family = protocol.state === "value" ? (families.get(protocol.value) ?? "tcp") : "unknown";
  const bind = readString(gateway, [...path, "bind"]);
  return {
    index,
    path,
    protocol,
    family,
    number: readNumber(gateway, [...path, "port", "number"]),
    hosts: readStrings(gateway, [...path, "hosts"]),
    bind: bind.state === "absent" ? { state: "value", value: "" } : bind,
  };
}

/** The servers of a Gateway; absent: it has none, which the webhook refuses. */
export function serversOf(gateway: Resource): Reading<readonly GatewayServer[]> {
  const servers = readList(gateway, ["spec", "servers"]);
  if (servers.state !== "value") return servers;
  if (servers.value.length === 0) return { state: "absent" };
  return { state: "value", value: servers.value.map((_, index) => server(gateway, index)) };
}

/** A port name for the server: names are unique in a Gateway. */
export function freePortName(
  gateway: Resource,
  server: GatewayServer,
  servers: readonly GatewayServer[],
): string {
  const taken = servers.some(
    ({ index, path }) =>
      index !== server.index && valueOr(readString(gateway, [...path, "port", "name"]), "") === "https",
  );
  return taken ? `https-${valueOr(server.number, server.index)}` : "https";
}

/** The servers that take requests over plain HTTP. */
export function plainServers(gateway: Resource): readonly GatewayServer[] {
  return valueOr(serversOf(gateway), []).filter(({ family, path }) => {
    // A server that only redirects carries no requests; one that has both is invalid as it is.
    const redirects = valueOr(readBoolean(gateway, [...path, "tls", "httpsRedirect"]), false);
    const isMutual = valueOr(readString(gateway, [...path, "tls", "mode"]), "") === "ISTIO_MUTUAL";
    return family === "http" && !redirects && !isMutual;
  });
}
