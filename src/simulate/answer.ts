import type { Place } from "../mesh/field.ts";

export const callVerdicts = ["ALLOW", "DENY", "MTLS_REQUIRED", "UNCERTAIN"] as const;
export type CallVerdict = (typeof callVerdicts)[number];

/** Why a hop lets a request through or not. */
export type ReasonKind =
  | "policy"
  | "no-policy"
  | "no-sidecar"
  | "excluded-port"
  | "mtls"
  | "network"
  | "token"
  | "routing"
  | "unknown";

/** What one hop says. */
export interface HopAnswer {
  readonly verdict: CallVerdict;
  /** HTTP status that the client sees; null where the connection just ends. */
  readonly status: number | null;
  readonly reason: ReasonKind;
  /** A clause: "rule 1 of AuthorizationPolicy … allows it". */
  readonly because: string;
  /** The field that decides. */
  readonly by: Place | null;
  /** Further objects that had a say: the ALLOW policies without a matching rule. */
  readonly considered: readonly Place[];
  /** What would have to change for another outcome; null where nothing stands in the way. */
  readonly remedy: string | null;
}

/** One proxy, or pod without proxy, on the way. */
export interface Hop extends HopAnswer {
  readonly role: "gateway" | "activator" | "pod" | "route";
  /** `activator of knative-serving`, as people name it. */
  readonly at: string;
  /** Identity in the client certificate; null: none. */
  readonly peer: string | null;
  /** Host header there; null: an address. */
  readonly host: string | null;
  readonly port: number;
}

/** One way that a call may take, up to the hop that refuses it. */
export interface Route {
  /** `through the activator`, `straight to the pod`. */
  readonly name: string;
  readonly hops: readonly Hop[];
  readonly verdict: CallVerdict;
  readonly status: number | null;
}

export interface Answer {
  /** The worst case of all routes: a pair is isolated only if each of them refuses. */
  readonly verdict: CallVerdict;
  readonly status: number | null;
  /** The hop that decides. */
  readonly decisive: Hop | null;
  readonly because: string;
  readonly remedy: string | null;
  readonly routes: readonly Route[];
  /** What the answer takes for granted. */
  readonly notes: readonly string[];
}

/** How far a verdict is from isolation: a caller that may get through is the worst. Both refusals close alike. */
const openness: Readonly<Record<CallVerdict, number>> = { DENY: 0, MTLS_REQUIRED: 0, UNCERTAIN: 1, ALLOW: 2 };

/** Whether under one verdict more gets through than under another. */
export function isMoreOpen(a: CallVerdict, b: CallVerdict): boolean {
  return openness[a] > openness[b];
}

/** The route that counts: the most open one, the earlier of equals. */
export function worst<T extends { readonly verdict: CallVerdict }>(items: readonly T[]): T | null {
  let found: T | null = null;
  for (const item of items) if (found === null || isMoreOpen(item.verdict, found.verdict)) found = item;
  return found;
}

export function passes(hop: HopAnswer): boolean {
  return hop.verdict === "ALLOW" || hop.verdict === "UNCERTAIN";
}

/** A route out of its hops: the first refusal ends it, an unknown on the way leaves the rest uncertain. */
export function routeOf(name: string, hops: readonly Hop[]): Route {
  const refusal = hops.find((hop) => !passes(hop));
  if (refusal) {
    const seen = hops.slice(0, hops.indexOf(refusal) + 1);
    return { name, hops: seen, verdict: refusal.verdict, status: refusal.status };
  }
  const open = hops.some((hop) => hop.verdict === "UNCERTAIN");
  return { name, hops, verdict: open ? "UNCERTAIN" : "ALLOW", status: open ? null : 200 };
}
