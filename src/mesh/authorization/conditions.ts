import {
  claimTest,
  headerTest,
  portTest,
  remoteIpTest,
  requestPrincipalTest,
  sniTest,
  sourceIpTest,
  unknownTest,
} from "./checks.ts";
import type { RequestTest } from "./checks.ts";

/** A key of `when`, and what is known about it. */
export interface Attribute {
  /** `peer`: decided by the client certificate. */
  readonly about: "namespace" | "principal" | "request";
  /** For `request`: a test per value. */
  readonly compile: (value: string) => RequestTest;
  /** On a TCP chain there is no such thing. */
  readonly httpOnly: boolean;
  readonly needs: string;
}

function attribute(compile: Attribute["compile"], needs: string, httpOnly = false): Attribute {
  return { about: "request", compile, httpOnly, needs };
}

const plain: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  ["source.ip", attribute(sourceIpTest, "the address of the caller")],
  ["remote.ip", attribute(remoteIpTest, "the address of the client")],
  ["source.namespace", { ...attribute(unknownTest, ""), about: "namespace" }],
  ["source.principal", { ...attribute(unknownTest, ""), about: "principal" }],
  ["request.auth.principal", attribute(requestPrincipalTest, "the request's token", true)],
  ["request.auth.audiences", attribute(claimTest(["aud"]), "the request's token", true)],
  ["request.auth.presenter", attribute(claimTest(["azp"]), "the request's token", true)],
  ["destination.ip", attribute(unknownTest, "the address of the pod")],
  ["destination.port", attribute(portTest, "the port")],
  ["connection.sni", attribute(sniTest, "the server name (SNI) of the connection")],
  // Newest Istio only; the others refuse it.
  [
    "source.serviceAccount",
    attribute(unknownTest, "whether this version of Istio has source.serviceAccount"),
  ],
]);

/** `a[b]` with both parts filled (istio/istio `pkg/config/security/security.go` validateMapKey). */
function bracketed(key: string, prefix: string): string | null {
  if (!key.startsWith(`${prefix}[`) || !key.endsWith("]")) return null;
  const inner = key.slice(prefix.length + 1, -1);
  return inner === "" ? null : inner;
}

/** The attribute that a key of `when` names; null for one that Istio does not know. */
export function attributeOf(key: string): Attribute | null {
  const known = plain.get(key);
  if (known) return known;
  const header = bracketed(key, "request.headers");
  if (header !== null) return attribute(headerTest(header), `the header ${header} at this proxy`, true);
  const claim = bracketed(key, "request.auth.claims");
  if (claim !== null) return attribute(claimTest(claim.split("][")), "the request's token", true);
  if (bracketed(key, "request.experimental.inline.headers") !== null) {
    return attribute(unknownTest, "whether this version of Istio has inline headers", true);
  }
  if (key.startsWith("experimental.envoy.filters.") && /\[.+\]$/.test(key)) {
    return attribute(unknownTest, "metadata of Envoy filters");
  }
  return null;
}
