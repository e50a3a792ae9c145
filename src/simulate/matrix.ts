import type { Graph } from "../model/graph.ts";
import { tenants, tenantsOf } from "../mesh/tenants.ts";
import type { Place } from "../mesh/field.ts";
import { isMoreOpen, worst } from "./answer.ts";
import type { Answer, CallVerdict } from "./answer.ts";
import type { Call, Caller, WorkloadCaller } from "./call.ts";
import { callerName } from "./call.ts";
import {
  applicationNamespaces,
  assumedTargets,
  eventCalls,
  eventSenders,
  hasEvents,
  namespaceCallers,
  onBehalfOf,
  repliesToBrokers,
  serviceTargets,
  targetsOf,
  workloadCallers,
} from "./matrix-parties.ts";
import type { MatrixTarget, TargetCall } from "./matrix-parties.ts";
import { looksAtCallers } from "./network.ts";
import { simulate } from "./simulate.ts";

export const matrixLevels = ["tenant", "namespace", "service"] as const;
export type MatrixLevel = (typeof matrixLevels)[number];

/** What all calls of one kind between two parties come to: the most open of them. */
export interface Outcome {
  readonly verdict: CallVerdict;
  /** Not every way of the usual call has this verdict. */
  readonly mixed: boolean;
  readonly because: string;
  readonly by: Place | null;
  /** The call that shows it. */
  readonly from: string;
  readonly to: string;
}

/** One row and column of the matrix. Null: there is nothing to call. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  /** By internal names. */
  readonly call: Outcome | null;
  /** By the external URL. */
  readonly url: Outcome | null;
  /** Events sent to Brokers, channels and sinks, carried to services, and replied. */
  readonly events: Outcome | null;
}

export interface Matrix {
  readonly by: MatrixLevel;
  readonly callers: readonly string[];
  readonly targets: readonly string[];
  /** Row by row. */
  readonly pairs: readonly Pair[];
  readonly notes: readonly string[];
}

/** What stands for callers outside the cluster. */
export const outside = "external";

function requestName({ request }: Call): string {
  return `${request.method} ${request.host}${request.path}`;
}

function outcomeOf(call: Call, answer: Answer): Outcome {
  const mixed = answer.routes.some((route) => route.verdict !== answer.verdict);
  return {
    verdict: answer.verdict,
    mixed,
    because: answer.because,
    by: answer.decisive?.by ?? null,
    from: callerName(call.from),
    to: requestName(call),
  };
}

function ask(graph: Graph, from: Caller, call: TargetCall): Outcome {
  const whole = { from, ...call };
  return outcomeOf(whole, simulate(graph, whole));
}

/** Asks until nothing can be more open. */
function worstOf(graph: Graph, callers: readonly Caller[], calls: readonly TargetCall[]): Outcome | null {
  let found: Outcome | null = null;
  for (const caller of callers) {
    for (const call of calls) {
      const outcome = ask(graph, caller, call);
      if (found === null || isMoreOpen(outcome.verdict, found.verdict)) found = outcome;
      if (found.verdict === "ALLOW") return found;
    }
  }
  return found;
}

/** Somebody in the matrix: namespaces, with who calls from them and what is called in them. */
interface Party {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly callers: readonly Caller[];
  readonly targets: readonly MatrixTarget[];
}

/** Where services are kept elsewhere, said once. */
function assumptions(graph: Graph, parties: readonly Party[]): readonly string[] {
  const assumed = parties
    .flatMap(({ namespaces }) => namespaces)
    .filter((namespace) => serviceTargets(graph, namespace).length === 0)
    .filter((namespace) => assumedTargets(graph, namespace).length > 0);
  if (assumed.length === 0) return [];
  return [
    `no service of ${assumed.join(", ")} is in the set: a Knative Service as documented stands for them`,
  ];
}

function namespaceParty(graph: Graph, name: string, namespaces: readonly string[]): Party {
  return {
    name,
    namespaces,
    callers: namespaces.flatMap((namespace) => namespaceCallers(graph, namespace)),
    targets: namespaces.flatMap((namespace) => targetsOf(graph, namespace)),
  };
}

/** An event that Eventing carries to a service in somebody's name. */
function deliveries(
  { calls }: MatrixTarget,
  headers: Readonly<Record<string, string>>,
): readonly TargetCall[] {
  return calls
    .slice(0, 1)
    .map((call): TargetCall => ({ ...call, request: { ...call.request, method: "POST", headers } }));
}

/** Events that `from` sends to what belongs to `to`, and that Eventing carries there in its name. */
function eventOutcome(graph: Graph, from: Party, to: Party): Outcome | null {
  if (!hasEvents(graph)) return null;
  const posted = to.namespaces.flatMap((namespace) => eventCalls(graph, namespace));
  const outcomes: (Outcome | null)[] = [worstOf(graph, from.callers, posted)];
  const senders = eventSenders(graph);
  for (const owner of from.namespaces) {
    const headers = onBehalfOf(owner);
    const carried = to.targets.flatMap((target) => deliveries(target, headers));
    const replies = to.namespaces.flatMap((namespace) => eventCalls(graph, namespace, headers));
    outcomes.push(
      worstOf(graph, senders, carried),
      worstOf(graph, senders.filter(repliesToBrokers), replies),
    );
  }
  return worst(outcomes.filter((outcome) => outcome !== null));
}

interface UrlOutcomes {
  of(party: Party): Outcome | null;
}

/** The external URL leaves the mesh: it is the same for every caller. */
function urlOutcomes(graph: Graph): UrlOutcomes {
  const known = new Map<Party, Outcome | null>();
  return {
    of(party) {
      const old = known.get(party);
      if (old !== undefined) return old;
      const calls = party.targets.flatMap(({ url }) => (url === null ? [] : [url]));
      const outcome = worstOf(graph, [{ type: "external" }], calls);
      known.set(party, outcome);
      return outcome;
    },
  };
}

function pairsOf(graph: Graph, parties: readonly Party[]): readonly Pair[] {
  const urls = urlOutcomes(graph);
  const inside = parties.flatMap((from) =>
    parties.map((to): Pair => {
      const calls = to.targets.flatMap((target) => target.calls);
      return {
        from: from.name,
        to: to.name,
        call: worstOf(graph, from.callers, calls),
        url: urls.of(to),
        events: eventOutcome(graph, from, to),
      };
    }),
  );
  const external = parties.map((to): Pair => ({
    from: outside,
    to: to.name,
    call: null,
    url: urls.of(to),
    events: null,
  }));
  return [...inside, ...external];
}

/** What tells callers apart: workloads of one identity fare alike, unless NetworkPolicies look at their labels. */
function identityKey(graph: Graph, caller: WorkloadCaller): string {
  const { namespace, serviceAccount, sidecar, labels } = caller;
  const seen = looksAtCallers(graph) ? labels : null;
  return JSON.stringify([namespace, serviceAccount, sidecar, seen]);
}

/** Every workload against every service, by its usual name. */
function serviceMatrix(graph: Graph): Matrix {
  const namespaces = applicationNamespaces(graph);
  const callers = namespaces.flatMap((namespace) => workloadCallers(graph, namespace));
  const targets = namespaces.flatMap((namespace) => serviceTargets(graph, namespace));
  const urls = new Map(
    targets.map(
      ({ name, url }) => [name, url === null ? null : ask(graph, { type: "external" }, url)] as const,
    ),
  );
  const senders = eventSenders(graph);
  // Eventing says whose events it carries, not which workload sent them.
  const carried = new Map(
    namespaces.map((namespace) => {
      const headers = onBehalfOf(namespace);
      return [
        namespace,
        targets.map((target) => worstOf(graph, senders, deliveries(target, headers))),
      ] as const;
    }),
  );
  const pairs: Pair[] = [];
  const rows = new Map<string, readonly (Outcome | null)[]>();
  for (const caller of callers) {
    const from = callerName(caller);
    const key = identityKey(graph, caller);
    // The other names and the pods' own port are for the question of isolation.
    const row =
      rows.get(key) ??
      targets.map(({ calls, url }) => worstOf(graph, [caller], url === null ? calls : calls.slice(0, 1)));
    rows.set(key, row);
    for (const [index, { name }] of targets.entries()) {
      const call = row[index] ?? null;
      const url = urls.get(name) ?? null;
      const events = carried.get(caller.namespace)?.[index] ?? null;
      pairs.push({ from, to: name, call: call === null ? null : { ...call, from }, url, events });
    }
  }
  for (const { name } of targets) {
    pairs.push({ from: outside, to: name, call: null, url: urls.get(name) ?? null, events: null });
  }
  return {
    by: "service",
    callers: [...callers.map(callerName), outside],
    targets: targets.map(({ name }) => name),
    pairs,
    notes: [],
  };
}

function partiesOf(graph: Graph, by: "tenant" | "namespace"): readonly Party[] {
  const known = by === "tenant" ? tenants(graph) : [];
  const own = known.map(({ name, namespaces }) => namespaceParty(graph, name, namespaces));
  const rest = applicationNamespaces(graph).filter(
    (namespace) => by === "namespace" || tenantsOf(graph, namespace).length === 0,
  );
  return [...own, ...rest.map((namespace) => namespaceParty(graph, namespace, [namespace]))];
}

/**
 * Who can call whom. A cell holds the most open outcome: of all service accounts, with sidecar and without, of all
 * names of a service, and of all ways to it.
 */
export function matrix(graph: Graph, by: MatrixLevel): Matrix {
  if (by === "service") return serviceMatrix(graph);
  const parties = partiesOf(graph, by);
  const names = parties.map(({ name }) => name);
  const unknown =
    by === "tenant" && tenants(graph).length === 0
      ? ["no tenant is known: neither the config nor policies of the activator name one"]
      : [];
  return {
    by,
    callers: [...names, outside],
    targets: names,
    pairs: pairsOf(graph, parties),
    notes: [...unknown, ...assumptions(graph, parties)],
  };
}
