import type { Mapping } from "../../model/value.ts";

/**
 * One request as the proxy that receives it sees it. What manifests cannot tell is `undefined`: a rule that asks for
 * it neither matches nor fails to match.
 */
export interface ProxyRequest {
  /** Whether the port's filter chain speaks HTTP: on a TCP chain rules have another reading (semantics 4.5). */
  readonly protocol: "http" | "tcp";
  /** The URI SAN of the client certificate, `spiffe://TD/ns/NS/sa/SA`; null without mutual TLS. */
  readonly peer: string | null;
  /** Address of the direct peer. */
  readonly sourceIp: string | undefined;
  /** The client's address after X-Forwarded-For and the PROXY protocol. */
  readonly remoteIp: string | undefined;
  /** Port of the pod. */
  readonly port: number;
  /** Null: no TLS, or none sent. */
  readonly sni: string | null | undefined;
  /** `:authority` as sent, port included; undefined: some IP address (the activator dials one). */
  readonly host: string | undefined;
  readonly method: string;
  /** Normalised, without query and fragment: `requestPath`. */
  readonly path: string;
  /** By lower-case name; undefined: a proxy on the way sets it, to what is not known. */
  readonly headers: ReadonlyMap<string, string | undefined>;
  /** Claims of a token that a RequestAuthentication of this proxy has validated; null without one. */
  readonly claims: Mapping | null;
}

/** The identity in a workload's certificate. */
export function spiffe(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
