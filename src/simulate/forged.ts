import type { Graph } from "../model/graph.ts";
import { tenants } from "../mesh/tenants.ts";
import type { KnownTenant } from "../mesh/tenants.ts";
import type { Route } from "./answer.ts";
import type { Call } from "./call.ts";
import { backendPaths } from "./knative-backend.ts";
import { namespaceCallers, targetsOf } from "./matrix-parties.ts";
import type { MatrixTarget } from "./matrix-parties.ts";
import { simulate } from "./simulate.ts";
import { findTarget } from "./targets.ts";

/** A tenant that may reach another one although all its usual ways are closed. */
export interface Bypass {
  readonly from: string;
  readonly to: string;
}

/** A Knative Service as the matrix calls it, with the name of its revision. */
interface Revision {
  readonly target: MatrixTarget;
  readonly name: string;
}

function revisionsOf(graph: Graph, { namespaces }: KnownTenant): readonly Revision[] {
  return namespaces
    .flatMap((namespace) => targetsOf(graph, namespace))
    .flatMap((target) => (target.revision === null ? [] : [{ target, name: target.revision }]));
}

/** Whether requests to a revision may come to the activator. */
function mayPassActivator(graph: Graph, { target }: Revision): boolean {
  const found = target.calls.slice(0, 1).map(({ to }) => findTarget(graph, to));
  return found.some((place) => place.type === "knative" && backendPaths(graph, place.backend.pod).activator);
}

/** A call of a tenant to its own revision by the name that no route has, which says that it is for another one. */
function forgedCall(graph: Graph, own: Revision, other: Revision): Omit<Call, "from"> | null {
  const [usual] = own.target.calls;
  if (!usual) return null;
  const headers = {
    "Knative-Serving-Namespace": other.target.namespace,
    "Knative-Serving-Revision": other.name,
  };
  const host = `${own.name}.${own.target.namespace}.svc.${graph.profile.clusterDomain}`;
  return { ...usual, request: { ...usual.request, host, headers } };
}

/** The activator lets the call in, and nobody knows where it sends it. */
function isDoubtful({ hops, verdict }: Route): boolean {
  const [first, second] = hops;
  return verdict === "UNCERTAIN" && first?.verdict === "ALLOW" && second?.role === "route";
}

/**
 * Pairs of tenants between which forged `Knative-Serving-*` headers may lead: the activator looks for the revision in
 * them first, and the documented policies look at the Host (semantics 8, read from source, not tried on a cluster).
 */
export function possibleBypasses(graph: Graph): readonly Bypass[] {
  const parties = tenants(graph).map((tenant) => ({
    tenant,
    revisions: revisionsOf(graph, tenant).filter((revision) => mayPassActivator(graph, revision)),
  }));
  return parties.flatMap(({ tenant, revisions }) => {
    const callers = tenant.namespaces.flatMap((namespace) => namespaceCallers(graph, namespace));
    return parties
      .filter((other) => other.tenant !== tenant)
      .filter(({ revisions: [victim] }) => {
        const calls = revisions.flatMap((own) => (victim && forgedCall(graph, own, victim)) ?? []);
        return callers.some((from) =>
          calls.some((call) => simulate(graph, { from, ...call }).routes.some(isDoubtful)),
        );
      })
      .map((other) => ({ from: tenant.name, to: other.tenant.name }));
  });
}
