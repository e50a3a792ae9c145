import { isUnknown } from "../../model/placeholder.ts";
import { isList, isMapping } from "../../model/value.ts";
import type { Mapping, Value } from "../../model/value.ts";
import type { Match } from "../label-match.ts";
import { addressBlock } from "./address.ts";
import { isPathTemplate, pathTemplate } from "./path.ts";
import type { Check, PolicySettings } from "./policy.ts";
import type { ProxyRequest } from "./request.ts";
import { hostPattern, mayMatchAddress, textPattern } from "./text-pattern.ts";
import type { TextTest } from "./text-pattern.ts";

/** What one value of a field says about a request. */
export type RequestTest = (request: ProxyRequest) => Match;

const toMatch = (holds: boolean): Match => (holds ? "yes" : "no");

const not = (match: Match): Match => (match === "unknown" ? match : toMatch(match === "no"));

/** The values of a field, each compiled once; a placeholder may stand for anything. */
function alternatives<T>(values: readonly string[], compile: (value: string) => (subject: T) => Match) {
  const tests = values.map((value) => (isUnknown(value) ? () => "unknown" as const : compile(value)));
  return (subject: T): Match => {
    let open = false;
    for (const test of tests) {
      const match = test(subject);
      if (match === "yes") return match;
      if (match === "unknown") open = true;
    }
    return open ? "unknown" : "no";
  };
}

/** A field with its negation: (OR over values) AND NOT (OR over notValues). Null: no constraint. */
export function valuesTest<T>(
  values: readonly string[],
  notValues: readonly string[],
  compile: (value: string) => (subject: T) => Match,
): ((subject: T) => Match) | null {
  const wanted = alternatives(values, compile);
  const refused = alternatives(notValues, compile);
  if (notValues.length === 0) return values.length === 0 ? null : wanted;
  if (values.length === 0) return (subject) => not(refused(subject));
  return (subject) => {
    const match = wanted(subject);
    if (match === "no") return "no";
    const refusal = not(refused(subject));
    return refusal === "yes" ? match : refusal;
  };
}

export function hostTest(value: string): RequestTest {
  const test = hostPattern(value);
  const address = mayMatchAddress(value);
  return ({ host }) => (host === undefined ? address : toMatch(test(host)));
}

export function methodTest(value: string): RequestTest {
  const test = textPattern(value);
  return ({ method }) => toMatch(method !== "" && (value === "*" || test(method)));
}

export function pathTest(value: string, settings: PolicySettings): RequestTest {
  if (isPathTemplate(value) && settings.pathTemplates !== "no") {
    const test = pathTemplate(value);
    const known = settings.pathTemplates === "yes";
    return ({ path }) => (known ? test(path) : "unknown");
  }
  const test = textPattern(value);
  return ({ path }) => toMatch(test(path));
}

export function portTest(value: string): RequestTest {
  const wanted = Number(value);
  return ({ port }) => toMatch(port === wanted);
}

function addressTest(value: string, addressOf: (request: ProxyRequest) => string | undefined): RequestTest {
  const test = addressBlock(value);
  return (request) => {
    const address = addressOf(request);
    if (address === undefined || test === null) return "unknown";
    return toMatch(test(address));
  };
}

export const sourceIpTest = (value: string): RequestTest => addressTest(value, ({ sourceIp }) => sourceIp);
export const remoteIpTest = (value: string): RequestTest => addressTest(value, ({ remoteIp }) => remoteIp);
/** Addresses of pods are nowhere in manifests. */
export const unknownTest = (): RequestTest => () => "unknown";

export function sniTest(value: string): RequestTest {
  const test = textPattern(value);
  return ({ sni }) => (sni === undefined ? "unknown" : toMatch(sni !== null && test(sni)));
}

/** A header by its name in any case; `*` is a header that is there, with whatever value. */
export function headerTest(name: string): (value: string) => RequestTest {
  const key = name.toLowerCase();
  const pseudo: Readonly<Record<string, (request: ProxyRequest) => string | undefined>> = {
    ":authority": ({ host }) => host,
    host: ({ host }) => host,
    ":method": ({ method }) => method,
    ":path": ({ path }) => path,
  };
  const read = Object.hasOwn(pseudo, key) ? pseudo[key] : undefined;
  return (value) => {
    const test: TextTest = value === "*" ? () => true : textPattern(value);
    return (request) => {
      if (read === undefined && !request.headers.has(key)) return "no";
      const text = read === undefined ? request.headers.get(key) : read(request);
      if (text === undefined) return value === "*" ? "yes" : "unknown";
      return toMatch(test(text));
    };
  };
}

function claimTexts(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}

function claimAt(claims: Mapping | null, path: readonly string[]): Value | undefined {
  let here: Value | undefined = claims ?? undefined;
  for (const key of path) here = isMapping(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return here;
}

/** A claim of the validated token: a text, or any element of a list. */
export function claimTest(path: readonly string[]): (value: string) => RequestTest {
  return (value) => {
    const test = textPattern(value);
    return ({ claims }) => toMatch(claimTexts(claimAt(claims, path)).some(test));
  };
}

const anyText = textPattern("*");
const exact =
  (wanted: string): TextTest =>
  (text) =>
    text === wanted;

/** Issuer and subject of `requestPrincipals`, split at the last slash (requestPrincipalGenerator). */
export function requestPrincipalTest(value: string): RequestTest {
  const slash = value.lastIndexOf("/");
  const [issuer, subject] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  let tests: readonly [TextTest, TextTest];
  if (value === "*") tests = [anyText, anyText];
  else if (value.startsWith("*")) {
    tests = slash < 0 ? [anyText, textPattern(value)] : [textPattern(issuer), exact(subject)];
  } else if (value.endsWith("*")) {
    tests = slash < 0 ? [textPattern(value), anyText] : [exact(issuer), textPattern(subject)];
  } else tests = [exact(issuer), exact(subject)];
  const [isIssuer, isSubject] = tests;
  return ({ claims }) => {
    const iss = claimAt(claims, ["iss"]);
    const sub = claimAt(claims, ["sub"]);
    if (typeof iss !== "string" || typeof sub !== "string") return "no";
    return toMatch(isIssuer(iss) && isSubject(sub));
  };
}

/** A check out of several alternatives of one field. */
export function check(test: ((request: ProxyRequest) => Match) | null, needs: string): readonly Check[] {
  return test === null ? [] : [{ test, needs }];
}

/** What a group of checks says together: all have to hold. */
export function matchesAll(checks: readonly Check[], request: ProxyRequest): Match {
  let open = false;
  for (const { test } of checks) {
    const match = test(request);
    if (match === "no") return match;
    if (match === "unknown") open = true;
  }
  return open ? "unknown" : "yes";
}
