import { resourceMatches } from "../engine/resource-pattern.ts";
import { tenants as knownTenants } from "../mesh/tenants.ts";
import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import { label } from "../model/resource.ts";
import { decidingPlace } from "../report/deciding-place.ts";
import type { Answer } from "../simulate/answer.ts";
import type { Outcome } from "../simulate/matrix.ts";
import { reach } from "../simulate/reach.ts";
import type { Platform } from "./platform.ts";
import type { Checked, Failure } from "./result.ts";
import type { ExpectedRequest, IsolatedTest, ReachTest, Request } from "./test-file.ts";

/** `POST team-a/x -> team-b/y`, as messages call a request. */
export function requestName({ from, to, options }: Request): string {
  const { method, path } = options;
  return `${method === undefined ? "" : `${method} `}${from} -> ${to}${path === undefined ? "" : path}`;
}

/** `file:line` of the field that decides; null where none does. */
export function decidedAt({ decisive }: Answer): string | null {
  if (!decisive?.by) return null;
  const { file, line } = decidingPlace(decisive.by);
  return `${file}:${line}`;
}

/** The answer to a request, or why it cannot be asked: its ends are not in the set. */
export function ask(graph: Graph, { from, to, options }: Request): Answer | string {
  try {
    return reach(graph, from, to, options).answer;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

/** Verdict, status and reason of an answer. */
export function answerText({ verdict, status, because }: Answer): string {
  return `${verdict}${status === null ? "" : ` ${status}`}: ${because}`;
}

function* requestFailures(graph: Graph, request: ExpectedRequest): Generator<Failure> {
  const { expect, status, by, where } = request;
  const name = requestName(request);
  const answer = ask(graph, request);
  if (typeof answer === "string") {
    yield { expected: `${name}: ${expect}`, got: answer, at: null, where };
    return;
  }
  const got = answerText(answer);
  const at = decidedAt(answer);
  if (answer.verdict !== expect) yield { expected: `${name}: ${expect}`, got, at, where };
  else if (status !== null && answer.status !== status)
    yield { expected: `${name}: ${expect} ${status}`, got, at, where };
  const decider = answer.decisive?.by?.resource ?? null;
  if (by !== null && (decider === null || !resourceMatches(by, decider))) {
    const named = decider === null ? "no object" : label(decider);
    yield { expected: `${name}: decided by ${by}`, got: `decided by ${named}; ${got}`, at, where };
  }
}

/** Whether requests have the verdicts that a test expects. */
export function checkReach(platform: Platform, { requests }: ReachTest): Checked {
  return { failures: requests.flatMap((request) => [...requestFailures(platform.graph(), request)]) };
}

function leakText(by: "call" | "events", { verdict, from, to, because }: Outcome): string {
  return `${verdict} by ${by === "call" ? "an internal name" : "events"} (${from} -> ${to}): ${because}`;
}

/** Whether none of some tenants reaches another. */
export function checkIsolated(platform: Platform, { tenants }: IsolatedTest, where: string): Checked {
  const { matrix, isolation } = platform.tenancy();
  const known = knownTenants(platform.graph()).map(({ name }) => name);
  const failures: Failure[] = [];
  for (const { text, where: at } of tenants ?? []) {
    if (known.includes(text)) continue;
    const hint = suggestion(text, known) || `; there are ${known.join(", ") || "none"}`;
    failures.push({
      expected: `a tenant ${text}`,
      got: `there is no such tenant${hint}`,
      at: null,
      where: at,
    });
  }
  if (failures.length > 0) return { failures };
  const names = tenants?.map(({ text }) => text) ?? null;
  const isAsked = (from: string, to: string): boolean =>
    from !== to && (names === null || (names.includes(from) && names.includes(to)));
  const asked = matrix.pairs.filter(
    ({ from, to, call, events }) => isAsked(from, to) && (call !== null || events !== null),
  );
  if (!isolation.checked || asked.length === 0) {
    const got = "fewer than two tenants are known, or there is nothing that one could call of another";
    return { failures: [{ expected: "tenants that are isolated", got, at: null, where }] };
  }
  for (const { from, to, by, outcome } of isolation.leaks) {
    if (!isAsked(from, to)) continue;
    const place = outcome.by && decidingPlace(outcome.by);
    failures.push({
      expected: `${from} does not reach ${to}`,
      got: leakText(by, outcome),
      at: place && `${place.file}:${place.line}`,
      where,
    });
  }
  return { failures };
}
