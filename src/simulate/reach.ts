import type { Graph } from "../model/graph.ts";
import { refusedPolicies } from "../mesh/authorization/selection.ts";
import { kinds } from "../mesh/kinds.ts";
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

/** Policies that are left out: those that no cluster would take, and those that may be anywhere. */
function leftOut(graph: Graph): readonly string[] {
  const homeless = graph.all(kinds.AuthorizationPolicy).filter((policy) => policy.namespace === null);
  return [
    ...refusedPolicies(graph).map(({ policy, problems }) => {
      const reasons = problems.map(({ message }) => message).join("; ");
      return `${label(policy)} is left out: the cluster refuses it (${reasons})`;
    }),
    ...homeless.map((policy) => `${label(policy)} is left out: its namespace is not known`),
  ];
}

/** Where it is not known whether the caller has a sidecar, both answers have to agree. */
function agreed(first: Answer, second: Answer | undefined): Answer {
  if (second === undefined || second.verdict === first.verdict) return first;
  return {
    ...first,
    verdict: "UNCERTAIN",
    status: null,
    because: `it depends on whether the caller has a sidecar: ${first.verdict} with one, ${second.verdict} without`,
    remedy: "make known whether the caller's namespace is a member of the mesh",
    notes: [...first.notes, "shown for a caller with a sidecar"],
  };
}

/**
 * Whether FROM reaches TO, and why: `reach team-alpha-1/curl team-bravo-1/test-webapp`.
 * @throws UsageError for a form that is not one, and for what is not in the set
 */
export function reach(graph: Graph, from: string, to: string, options: CallOptions = {}): Reach {
  const [call, other] = parseCalls(graph, from, to, options);
  const second = other === undefined ? undefined : simulate(graph, other);
  const answer = agreed(simulate(graph, call), second);
  return { from, to, call, answer: { ...answer, notes: [...answer.notes, ...leftOut(graph)] } };
}
