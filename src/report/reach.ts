import type { Answer, CallVerdict, Hop, Route } from "../simulate/answer.ts";
import { worst } from "../simulate/answer.ts";
import type { CaseResult } from "../simulate/cases.ts";
import type { Reach } from "../simulate/reach.ts";
import { peerName } from "../simulate/reasons.ts";
import type { Colors } from "./colors.ts";
import { decidingPlace } from "./deciding-place.ts";
import { inertLines, safeJson, safeMessage, safeText } from "./safe-text.ts";

function hopJson(hop: Hop): object {
  const { at, peer, host, port, verdict, because, by } = hop;
  return { at, peer, host, port, verdict, because, by: by && decidingPlace(by) };
}

function routeJson({ name, verdict, status, hops }: Route): object {
  return { name, verdict, status, hops: hops.map(hopJson) };
}

function answerJson({ verdict, status, routes, because, remedy, notes, decisive }: Answer): object {
  return {
    verdict,
    status,
    hops: (worst(routes)?.hops ?? []).map(hopJson),
    because,
    by: decisive?.by ? decidingPlace(decisive.by) : null,
    remedy,
    routes: routes.map(routeJson),
    notes,
  };
}

/** `reach FROM TO --format json`. */
export function reachJson({ from, to, call, answer }: Reach): string {
  const { method, host, path, headers } = call.request;
  const json = { version: 1, from, to, request: { method, host, path, headers }, ...answerJson(answer) };
  return `${safeJson(JSON.stringify(json, null, 2))}\n`;
}

/** What became of cases. */
export interface CasesSummary {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
}

export function casesSummary(results: readonly CaseResult[]): CasesSummary {
  const passed = results.filter(({ ok }) => ok).length;
  return { cases: results.length, passed, failed: results.length - passed };
}

/** `reach --cases FILE --format json`. */
export function casesJson(results: readonly CaseResult[]): string {
  const cases = results.map(({ name, expect, ok, answer }) => ({ name, expect, ok, ...answerJson(answer) }));
  const json = { version: 1, cases, summary: casesSummary(results) };
  return `${safeJson(JSON.stringify(json, null, 2))}\n`;
}

export function verdictColor(colors: Colors, verdict: CallVerdict): (text: string) => string {
  switch (verdict) {
    case "ALLOW":
      return colors.green;
    case "UNCERTAIN":
      return colors.yellow;
    default:
      return colors.red;
  }
}

const statusTexts: ReadonlyMap<number, string> = new Map([
  [200, "200 OK"],
  [401, "401 Unauthorized"],
  [403, "403 RBAC: access denied"],
  [404, "404 Not Found"],
  [503, "503 Service Unavailable"],
]);

function outcomeText({ verdict, status, decisive }: Answer): string {
  if (status !== null) return statusTexts.get(status) ?? String(status);
  if (verdict === "UNCERTAIN") return "not decided by these manifests";
  return decisive?.reason === "network" ? "the connection times out" : "the connection is closed";
}

function placeLine(hop: Hop): readonly string[] {
  if (hop.by === null) return [];
  const { file, line, policy } = decidingPlace(hop.by);
  return [`${safeText(file)}:${line}: ${safeText(policy)}`];
}

function hopLines(hop: Hop, number: number, colors: Colors): readonly string[] {
  const verdict = verdictColor(colors, hop.verdict)(hop.verdict);
  const seen =
    hop.role === "route"
      ? []
      : [`sees ${peerName(hop.peer)}, Host ${hop.host ?? "an address"}, port ${hop.port}`];
  return [
    `    ${number}. ${safeText(hop.at)}: ${verdict}`,
    ...seen.map((text) => `       ${colors.dim(safeText(text))}`),
    `       ${safeMessage(hop.because)}`,
    ...placeLine(hop).map((text) => `       ${colors.cyan(text)}`),
  ];
}

function routeLines({ name, verdict, hops }: Route, colors: Colors): readonly string[] {
  const head = `  ${colors.bold(safeText(name))}: ${verdictColor(colors, verdict)(verdict)}`;
  return [head, ...hops.flatMap((hop, index) => hopLines(hop, index + 1, colors))];
}

function requestLine({ call, to }: Reach): string {
  const { method, host, path } = call.request;
  if (method === "") return `TCP to ${to}`;
  const scheme = call.to.port === 443 ? "https" : "http";
  return `${method} ${scheme}://${host}${path}`;
}

/** `reach FROM TO`, as a person would tell it: verdict, every way hop by hop, and what would have to change. */
export function reachText(reach: Reach, colors: Colors): string {
  const { from, to, answer } = reach;
  const verdict = verdictColor(colors, answer.verdict)(colors.bold(answer.verdict));
  const lines = [
    `${colors.bold(safeText(from))} calls ${colors.bold(safeText(to))}`,
    colors.dim(safeText(requestLine(reach))),
    "",
    `${verdict} ${outcomeText(answer)}`,
    safeMessage(answer.because),
    "",
    ...answer.routes.flatMap((route) => routeLines(route, colors)),
    ...(answer.remedy === null
      ? []
      : ["", `${colors.bold("For another outcome:")} ${safeMessage(answer.remedy)}`]),
    ...answer.notes.map((note) => colors.dim(`note: ${safeMessage(note)}`)),
  ];
  return inertLines(`${lines.join("\n")}\n`);
}

function caseLines({ name, expect, ok, answer }: CaseResult, colors: Colors): readonly string[] {
  const mark = ok ? colors.green("ok") : colors.red("WRONG");
  const wanted = ok || expect === null ? "" : `, expected ${expect}`;
  const head = `${mark} ${safeText(name)}: ${answer.verdict}${wanted}`;
  if (ok) return [head];
  const place = answer.decisive === null ? [] : placeLine(answer.decisive);
  return [head, `  ${safeMessage(answer.because)}`, ...place.map((text) => `  ${colors.cyan(text)}`)];
}

/** `reach --cases FILE`: each case, and where it differs from what its author expects. */
export function casesText(results: readonly CaseResult[], colors: Colors): string {
  const { cases, passed, failed } = casesSummary(results);
  const lines = [
    ...results.flatMap((result) => caseLines(result, colors)),
    "",
    `${cases} cases, ${passed} as expected, ${failed} not`,
  ];
  return inertLines(`${lines.join("\n")}\n`);
}
