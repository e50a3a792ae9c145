import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { isList, valueAt } from "../model/value.ts";
import { read, readText, valueOr } from "./field.ts";
import type { GatewayServer } from "./gateway-servers.ts";

/** What Istio's webhook refuses about a Gateway, with a place that may be absent. */
export interface GatewayFlaw {
  readonly path: Path;
  readonly message: string;
  /** Imperative phrase. */
  readonly advice: string;
  /** Another place that has to do with it. */
  readonly other?: Path;
  /** Taking the key away is all that has to be done. */
  readonly removable?: boolean;
}

const sourceKeys = ["credentialName", "credentialNames", "tlsCertificates", "serverCertificate"] as const;
const certificateKeys = [...sourceKeys, "privateKey", "caCertificates"] as const;
const terminatingModes: readonly string[] = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"];

/** Modes in which the gateway itself ends TLS with a certificate that the Gateway names. */
export function isTerminating(mode: string): boolean {
  return terminatingModes.includes(mode);
}

/** Keys below `tls` that have a value; a placeholder is one too, an empty text or list is none. */
function given(gateway: Resource, server: GatewayServer, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => {
    const reading = read(gateway, [...server.path, "tls", key]);
    if (reading.state !== "value") return reading.state === "unknown";
    return isList(reading.value) ? reading.value.length > 0 : reading.value !== "";
  });
}

function portFlaws(gateway: Resource, server: GatewayServer): readonly GatewayFlaw[] {
  const { index, path, hosts } = server;
  const port = [...path, "port"];
  const flaws: GatewayFlaw[] = [];
  // A server without a port at all is the schema's finding.
  const hasPort = read(gateway, port).state === "value";
  const name = readText(gateway, [...port, "name"]);
  if (hasPort && (name.state === "absent" || valueOr(name, "-") === ""))
    flaws.push({
      path: [...port, "name"],
      message: `server ${index} has no port name`,
      advice: "name the port",
    });
  if ((valueAt(gateway.value, [...port, "targetPort"]) ?? null) !== null)
    flaws.push({
      path: [...port, "targetPort"],
      message: "targetPort has no place in a Gateway; Istio refuses it",
      advice: "remove targetPort; the Service of the ingress gateway translates ports",
    });
  if (hosts.state === "absent" || (hosts.state === "value" && hosts.value.length === 0))
    flaws.push({
      path: [...path, "hosts"],
      message: `server ${index} has no hosts`,
      advice: 'add the host "*"',
    });
  return flaws;
}

function sharedNames(gateway: Resource, servers: readonly GatewayServer[]): readonly GatewayFlaw[] {
  const seen = new Map<string, Path>();
  return servers.flatMap((server): readonly GatewayFlaw[] => {
    const path = [...server.path, "port", "name"];
    const name = valueOr(readText(gateway, path), "");
    const other = seen.get(name);
    if (name === "") return [];
    if (!other) {
      seen.set(name, path);
      return [];
    }
    const message = `port name "${name}" is used twice in this Gateway`;
    return [{ path, message, advice: "give each port its own name", other }];
  });
}

/** What is wrong with the certificates of a TLS server (validateTLSOptions). */
function certificateFlaws(gateway: Resource, server: GatewayServer, mode: string): readonly GatewayFlaw[] {
  const tls = [...server.path, "tls"];
  if (mode === "ISTIO_MUTUAL") {
    return given(gateway, server, certificateKeys).map((key) => ({
      path: [...tls, key],
      message: `mode ISTIO_MUTUAL uses the mesh's own certificate, yet ${key} is set; Istio refuses it`,
      advice: `remove ${key}`,
      removable: key === "credentialName",
    }));
  }
  const sources = given(gateway, server, sourceKeys);
  if (sources.length > 1) {
    const message = `the certificate has ${sources.length} sources: ${sources.join(", ")}`;
    return [{ path: tls, message, advice: "keep one of them" }];
  }
  if (!isTerminating(mode)) return [];
  if (sources.length === 0) {
    const message = `mode ${mode} has no certificate to show`;
    const advice = "name a TLS Secret of the gateway's namespace in credentialName";
    return [{ path: [...tls, "credentialName"], message, advice }];
  }
  if (sources[0] === "serverCertificate" && given(gateway, server, ["privateKey"]).length === 0) {
    const message = "serverCertificate is set without privateKey";
    return [{ path: [...tls, "privateKey"], message, advice: "set privateKey, or use credentialName" }];
  }
  return [];
}

function tlsFlaws(gateway: Resource, server: GatewayServer): readonly GatewayFlaw[] {
  const path = [...server.path, "tls"];
  const { protocol, family } = server;
  if (protocol.state !== "value") return [];
  const has = read(gateway, path).state !== "absent";
  const mode = readText(gateway, [...path, "mode"]);
  if (family === "tls") {
    if (!has)
      return [
        { path, message: `protocol ${protocol.value} has no tls settings`, advice: "add tls with a mode" },
      ];
    return mode.state === "unknown" ? [] : certificateFlaws(gateway, server, valueOr(mode, "PASSTHROUGH"));
  }
  if (!has) return [];
  // A redirect leaves the mode at its default, PASSTHROUGH.
  const bare =
    valueOr(mode, "PASSTHROUGH") === "PASSTHROUGH" && given(gateway, server, certificateKeys).length === 0;
  if (family === "http" && bare) return [];
  const allowed = family === "http" ? "; only httpsRedirect may stand there" : "";
  const message = `protocol ${protocol.value} has tls settings${allowed}`;
  const advice = "remove tls, or set the protocol to HTTPS";
  return [{ path: [...server.path, "port", "protocol"], message, advice }];
}

/**
 * What Istio's webhook refuses about the servers and the name of a Gateway (istio/istio
 * `pkg/config/validation/validation.go` ValidateGateway). What the schema says (types, required fields) is left out.
 */
export function gatewayFlaws(gateway: Resource, servers: readonly GatewayServer[]): readonly GatewayFlaw[] {
  const dots = gateway.name.includes(".");
  return [
    ...(dots
      ? [
          {
            path: ["metadata", "name"],
            message: `the name "${gateway.name}" has dots, which Istio refuses`,
            advice: "use letters, digits and hyphens only",
          },
        ]
      : []),
    ...servers.flatMap((server) => [...portFlaws(gateway, server), ...tlsFlaws(gateway, server)]),
    ...sharedNames(gateway, servers),
  ];
}
