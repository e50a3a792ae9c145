import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { read, readText, valueOr } from "./field.ts";
import type { GatewayServer } from "./gateway-servers.ts";
import { isTerminating } from "./gateway-validation.ts";
import type { GatewayRole } from "./knative-gateways.ts";

/** Whether a server with TLS ends it, as Knative's routes need it. */
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
export function tlsMode(gateway: Resource, server: GatewayServer, role: GatewayRole): TlsMode {
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

/** Whether a server may be meant as the one that ends TLS, whatever its protocol says. */
export function mayBeSecure(gateway: Resource, server: GatewayServer): boolean {
  return server.family === "unknown" || read(gateway, [...server.path, "tls", "mode"]).state !== "absent";
}
