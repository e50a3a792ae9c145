import type { Graph } from "../model/graph.ts";
import { tenants } from "../mesh/tenants.ts";
import { possibleBypasses } from "./forged.ts";
import type { Bypass } from "./forged.ts";
import { matrix } from "./matrix.ts";
import type { Matrix, Outcome } from "./matrix.ts";

/** A way from one tenant to another that is not certainly closed. */
export interface Leak {
  readonly from: string;
  readonly to: string;
  readonly by: "call" | "events";
  readonly outcome: Outcome;
}

export interface Isolation {
  /** False where there are no two tenants to be told apart, or nothing that one could call of the other. */
  readonly checked: boolean;
  readonly leaks: readonly Leak[];
  /** What may be possible and no evidence settles: no reason to fail. */
  readonly notes: readonly string[];
}

function isClosed(outcome: Outcome | null): boolean {
  return outcome === null || outcome.verdict === "DENY" || outcome.verdict === "MTLS_REQUIRED";
}

/** More pairs than these are counted only. */
const mostNamed = 4;

function bypassNotes(found: readonly Bypass[]): readonly string[] {
  if (found.length === 0) return [];
  const named = found.slice(0, mostNamed).map(({ from, to }) => `${from} -> ${to}`);
  const more = found.length > mostNamed ? [`${found.length - mostNamed} more`] : [];
  return [
    "possible bypass, read from the activator's source and not tried on a cluster: a call to a tenant's own revision " +
      "(REVISION.NAMESPACE.svc) with forged Knative-Serving-Namespace and Knative-Serving-Revision headers passes the " +
      `policies of the activator, which may follow the headers (${[...named, ...more].join(", ")}); a condition on ` +
      "request.headers[Knative-Serving-Namespace] there would refuse it",
  ];
}

/**
 * Whether tenants are isolated from each other: by internal names and by events every possible way refuses. External
 * URLs are open to everybody by design (Integrations 2.4). What is uncertain is not isolated.
 * @param made the matrix by tenant, if it is at hand
 */
export function isolation(graph: Graph, made: Matrix = matrix(graph, "tenant")): Isolation {
  const names = new Set(tenants(graph).map(({ name }) => name));
  const across = made.pairs.filter(({ from, to }) => from !== to && names.has(from) && names.has(to));
  const leaks = across.flatMap(({ from, to, call, events }) => [
    ...(call !== null && !isClosed(call) ? [{ from, to, by: "call", outcome: call } as const] : []),
    ...(events !== null && !isClosed(events) ? [{ from, to, by: "events", outcome: events } as const] : []),
  ]);
  return {
    checked: across.some(({ call, events }) => call !== null || events !== null),
    leaks,
    notes: bypassNotes(possibleBypasses(graph)),
  };
}
