import type { Resource } from "../../model/resource.ts";
import type { Match } from "../label-match.ts";
import type { Normalization } from "./path.ts";
import type { PeerTest, TrustDomains } from "./peer-pattern.ts";
import type { ProxyRequest } from "./request.ts";

export const actions = ["ALLOW", "DENY", "AUDIT", "CUSTOM"] as const;
export type Action = (typeof actions)[number];

/** One field of a source or operation, or one condition: all of them have to hold. */
export interface Check {
  readonly test: (request: ProxyRequest) => Match;
  /** What would decide it where the test does not know: "the address of the caller". */
  readonly needs: string;
}

/** One `source`: its peer tests are kept apart, since they sort out most rules at once. */
export interface Source {
  readonly peers: readonly PeerTest[];
  readonly checks: readonly Check[];
}

export interface CompiledRule {
  /** Position in `spec.rules`. */
  readonly index: number;
  /** Alternatives; none: any source. */
  readonly sources: readonly Source[];
  /** Alternatives; none: any operation. */
  readonly operations: readonly (readonly Check[])[];
  /** Conditions on the peer, all of which have to hold. */
  readonly peers: readonly PeerTest[];
  /** Other conditions, all of which have to hold. */
  readonly conditions: readonly Check[];
}

/** An AuthorizationPolicy, read once: both readings of its rules. */
export interface CompiledPolicy {
  readonly resource: Resource;
  readonly namespace: string;
  readonly action: Action;
  /** Of a CUSTOM policy. */
  readonly provider: string | null;
  /** Annotation `istio.io/dry-run`: shadow rules only. */
  readonly dryRun: boolean;
  readonly http: readonly CompiledRule[];
  readonly tcp: readonly CompiledRule[];
  /** The object has several definitions that differ: its rules may be others. */
  readonly ambiguous: boolean;
}

/** A feature that only some versions of Istio have. `unknown`: what an older one makes of it is not settled. */
export type Feature = "yes" | "no" | "unknown";

/** What the mesh makes of policies. */
export interface PolicySettings {
  readonly trustDomains: TrustDomains;
  readonly normalization: Normalization;
  /** `paths` with `{*}` and `{**}` (Istio 1.22); before, they are literals. */
  readonly pathTemplates: Feature;
  readonly serviceAccounts: Feature;
  readonly trustDomainsField: Feature;
  /** Characters of regular expressions in values are quoted. */
  readonly quoted: boolean;
}

export const currentIstio: PolicySettings = {
  trustDomains: ["cluster.local"],
  normalization: "BASE",
  pathTemplates: "yes",
  serviceAccounts: "yes",
  trustDomainsField: "yes",
  quoted: true,
};
