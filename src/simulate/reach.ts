import type { Graph } from "../model/graph.ts";
import { refusedPolicies } from "../mesh/authorization/selection.ts";
import { label } from "../model/resource.ts";
import type { Answer } from "./answer.ts";
import type { Call } from "./call.ts";
import type { CallOptions } from "./parties.ts";
import { parseCalls } from "./parties.ts";
import { simulate } from "./simulate.ts";

/** The answer to `reach FROM TO`. */
export interface Reach {
  readonly from: string;
  readonly to: string;
  readonly call: Call;
  readonly answer: Answer;
}

/** Policies of the namespaces on the way that no cluster would take, said once per answer. */
function refusedNotes(graph: Graph): readonly string[] {
  return refusedPolicies(graph).map(({ policy, problems }) => {
    const reasons = problems.map(({ message }) => message).join("; ");
    return `${label(policy)} is left out: the cluster refuses it (${reasons})`;
  });
}

/** Where it is not known whether the caller has a sidecar, both answers have to agree. */
function agreed(calls: readonly Call[], answers: readonly Answer[]): Answer {
  const [first, second] = answers;
  if (!first) throw new TypeError("a call has at least one caller");
  if (!second || second.verdict === first.verdict) return first;
  return {
    ...first,
    verdict: "UNCERTAIN",
    status: null,
    because: `it depends on whether the caller has a sidecar: ${first.verdict} with one, ${second.verdict} without`,
    remedy: "make known whether the caller's namespace is a member of the mesh",
    notes: [
      ...first.notes,
      `shown for a caller ${calls[0]?.from.type === "external" ? "outside" : "with a sidecar"}`,
    ],
  };
}

/**
 * Whether FROM reaches TO, and why: `reach team-alpha-1/curl team-bravo-1/test-webapp`.
 * @throws UsageError for a form that is not one, and for what is not in the set
 */
export function reach(graph: Graph, from: string, to: string, options: CallOptions = {}): Reach {
  const calls = parseCalls(graph, from, to, options);
  const answer = agreed(
    calls,
    calls.map((call) => simulate(graph, call)),
  );
  const [call] = calls;
  if (!call) throw new TypeError("a call has at least one caller");
  return { from, to, call, answer: { ...answer, notes: [...answer.notes, ...refusedNotes(graph)] } };
}
