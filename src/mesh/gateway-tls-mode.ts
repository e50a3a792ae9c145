import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { read, readText, valueOr } from "./field.ts";
import type { GatewayServer } from "./gateway-servers.ts";
import { isTerminating } from "./gateway-validation.ts";
import { httpsTargets, isBehindHttps } from "./https-servers.ts";
import { isServiceToBlame } from "./ingress-service.ts";
import type { GatewayRole } from "./knative-gateways.ts";

/** Whether the servers of a Gateway of Knative end TLS, as its routes need it. */
export type TlsMode =
  | { readonly state: "right" }
  | { readonly state: "unknown"; readonly needs: string }
  | {
      /** `demanding`: it ends TLS, but asks callers for certificates of their own. */
      readonly state: "wrong" | "demanding";
      readonly path: Path;
      readonly message: string;
      /** Imperative phrase. */
      readonly advice: string;
    };

/** The mode of a server that has to end TLS for Knative. One without tls settings is no finding of this kind. */
function tlsMode(gateway: Resource, server: GatewayServer, role: GatewayRole): TlsMode {
  const path = [...server.path, "tls", "mode"];
  const reading = readText(gateway, path);
  if (read(gateway, [...server.path, "tls"]).state === "absent") return { state: "right" };
  if (reading.state === "unknown") return { state: "unknown", needs: reading.why };
  const mode = valueOr(reading, null);
  if (mode === "SIMPLE" || (role === "local" && mode !== null && !mode.endsWith("PASSTHROUGH")))
    return { state: "right" };
  if (mode !== null && isTerminating(mode)) {
    const message = `mode ${mode} asks callers from outside for a certificate of their own`;
    const advice = "use mode SIMPLE unless every caller has a client certificate";
    return { state: "demanding", path, message, advice };
  }
  const said = mode === null ? "tls has no mode, which means PASSTHROUGH" : `mode is ${mode}`;
  const effect =
    mode === "ISTIO_MUTUAL"
      ? "callers need a certificate of the mesh, which nobody outside has"
      : "the gateway does not end TLS, so Knative's routes get no request";
  const advice =
    role === "local"
      ? "set mode to ISTIO_MUTUAL"
      : "set mode to SIMPLE and name the certificate in credentialName";
  return { state: "wrong", path, message: `${said}: ${effect}`, advice };
}

/** Cluster-local calls: the servers of the local gateway that use TLS end it as well. */
export function localTls(gateway: Resource, servers: readonly GatewayServer[]): readonly TlsMode[] {
  const secure = servers.filter((server) => server.family === "tls");
  return secure.map((server) => tlsMode(gateway, server, "local"));
}

/** Whether a server may be meant as the one that ends TLS, whatever its protocol says. */
function mayBeSecure(gateway: Resource, server: GatewayServer): boolean {
  return server.family === "unknown" || read(gateway, [...server.path, "tls", "mode"]).state !== "absent";
}

function withoutTls(gateway: Resource, servers: readonly GatewayServer[]): readonly TlsMode[] {
  // A plain server with tls settings is meant to be the one, and a finding of its own.
  if (servers.some((server) => mayBeSecure(gateway, server))) return [];
  const message = "no server has protocol HTTPS or TLS";
  const advice = "add the HTTPS server on port 443 with the certificate of the external domain";
  return [{ state: "wrong", path: ["spec", "servers"], message, advice }];
}

/** The server that ends TLS for external traffic has to be where the Routes of OpenShift lead. */
export function externalTls(
  graph: Graph,
  gateway: Resource,
  servers: readonly GatewayServer[],
): readonly TlsMode[] {
  const open = servers.flatMap(({ protocol }): readonly TlsMode[] =>
    protocol.state === "unknown" ? [{ state: "unknown", needs: protocol.why }] : [],
  );
  const secure = servers.filter((server) => server.family === "tls");
  const [first] = secure;
  if (!first) return [...open, ...withoutTls(gateway, servers)];
  const matches = secure.map((server) => isBehindHttps(graph, gateway, server));
  const modes = secure.flatMap((server, index) =>
    matches[index] === "no" ? [] : [tlsMode(gateway, server, "external")],
  );
  if (matches.includes("yes")) return [...open, ...modes];
  if (matches.includes("unknown"))
    return [
      ...open,
      ...modes,
      { state: "unknown", needs: "the port named https of the ingress gateway's Service" },
    ];
  // The Service is what leads elsewhere: gateway/ingress-service-port-names.
  if (isServiceToBlame(graph, gateway)) return open;
  const targets = httpsTargets(graph, gateway).join(", ");
  const path = [...first.path, "port", "number"];
  const message = `no HTTPS server is on the port behind the Service's port https (${targets})`;
  return [...open, { state: "wrong", path, message, advice: "set the number of the HTTPS server to 443" }];
}
