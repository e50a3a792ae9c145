import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import { isMapping, plainText, valueAt } from "../model/value.ts";
import type { Mapping, Value } from "../model/value.ts";
import { callVerdicts } from "./answer.ts";
import type { Answer, CallVerdict } from "./answer.ts";
import type { Call, Caller, Target } from "./call.ts";
import { simulate } from "./simulate.ts";
import { findPod } from "./targets.ts";

/** One case of a file: a call, and the verdict that its author expects. */
export interface CallCase {
  readonly name: string;
  readonly call: Call;
  readonly expect: CallVerdict | null;
}

export interface CaseResult {
  readonly name: string;
  readonly expect: CallVerdict | null;
  /** True where nothing is expected. */
  readonly ok: boolean;
  readonly answer: Answer;
}

/** Reads the fields of one case; every mistake names the case and the field. */
class CaseReader {
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
  }

  fail(message: string): never {
    throw new UsageError(`${this.#where}: ${message}`);
  }

  mapping(value: Value | undefined, field: string): Mapping {
    return isMapping(value) ? value : this.fail(`${field} has to be a mapping`);
  }

  text(parent: Mapping, field: string): string {
    const value = valueAt(parent, [field]);
    return typeof value === "string" ? value : this.fail(`${field} has to be a text`);
  }

  textOr<T>(parent: Mapping, field: string, other: T): string | T {
    const value = valueAt(parent, [field]) ?? null;
    if (value === null) return other;
    return typeof value === "string" ? value : this.fail(`${field} has to be a text`);
  }

  number(parent: Mapping, field: string): number {
    const value = valueAt(parent, [field]);
    return typeof value === "number" ? value : this.fail(`${field} has to be a number`);
  }

  knownFields(parent: Mapping, field: string, known: readonly string[]): void {
    const strange = Object.keys(parent).find((key) => !known.includes(key));
    if (strange !== undefined)
      this.fail(`${field === "" ? "" : `${field}.`}${strange} is no field of a case`);
  }
}

function callerOf(reader: CaseReader, from: Mapping): Caller {
  const ip = reader.textOr(from, "ip", undefined);
  const remoteIp = reader.textOr(from, "remoteIp", undefined);
  const addresses = { ...(ip === undefined ? {} : { ip }), ...(remoteIp === undefined ? {} : { remoteIp }) };
  reader.knownFields(from, "from", [
    "namespace",
    "serviceAccount",
    "sidecar",
    "external",
    "ip",
    "remoteIp",
    "workload",
  ]);
  if (valueAt(from, ["external"]) === true) return { type: "external", ...addresses };
  const sidecar = valueAt(from, ["sidecar"]) ?? true;
  if (typeof sidecar !== "boolean") reader.fail("from.sidecar has to be true or false");
  return {
    type: "workload",
    namespace: reader.text(from, "namespace"),
    serviceAccount: reader.textOr(from, "serviceAccount", "default"),
    sidecar: sidecar === true,
    workload: reader.textOr(from, "workload", null),
    labels: null,
    ...addresses,
  };
}

function targetOf(reader: CaseReader, to: Mapping): Target {
  reader.knownFields(to, "to", [
    "namespace",
    "workload",
    "knativeService",
    "port",
    "service",
    "servicePort",
    "dial",
  ]);
  const namespace = reader.text(to, "namespace");
  const port = reader.number(to, "port");
  if (Object.hasOwn(to, "knativeService")) {
    return { type: "knative", namespace, service: reader.text(to, "knativeService"), port };
  }
  const service = reader.textOr(to, "service", null);
  const servicePort =
    (valueAt(to, ["servicePort"]) ?? null) === null ? null : reader.number(to, "servicePort");
  return {
    type: "workload",
    namespace,
    workload: reader.text(to, "workload"),
    port,
    ...(service === null ? {} : { service }),
    ...(servicePort === null ? {} : { servicePort }),
  };
}

function headersOf(reader: CaseReader, request: Mapping): Readonly<Record<string, string>> {
  const headers = valueAt(request, ["headers"]) ?? {};
  const entries = Object.entries(reader.mapping(headers, "request.headers"));
  return Object.fromEntries(entries.map(([name, value]) => [name, plainText(value)]));
}

function featuresOf(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function verdictOf(reader: CaseReader, value: string | null): CallVerdict | null {
  if (value === null) return null;
  return (
    callVerdicts.find((verdict) => verdict === value) ??
    reader.fail(`expect has to be one of ${callVerdicts.join(", ")}`)
  );
}

function caseOf(value: Value, index: number, file: string): CallCase {
  const name = valueAt(value, ["name"]);
  const shown = typeof name === "string" ? JSON.stringify(name) : `${index + 1}`;
  const reader = new CaseReader(`${file}, case ${shown}`);
  const entry = reader.mapping(value, "a case");
  const request = reader.mapping(valueAt(entry, ["request"]) ?? {}, "request");
  reader.knownFields(request, "request", ["method", "host", "path", "headers", "sni", "jwt"]);
  const token = valueAt(request, ["jwt"]) ?? null;
  const sni = reader.textOr(request, "sni", undefined);
  const to = reader.mapping(valueAt(entry, ["to"]), "to");
  const dial = reader.textOr(to, "dial", undefined) ?? reader.textOr(entry, "dial", undefined);
  return {
    name: typeof name === "string" ? name : `case ${index + 1}`,
    expect: verdictOf(reader, reader.textOr(entry, "expect", null)),
    call: {
      from: callerOf(reader, reader.mapping(valueAt(entry, ["from"]), "from")),
      to: targetOf(reader, to),
      request: {
        method: reader.textOr(request, "method", "GET"),
        host: reader.textOr(request, "host", ""),
        path: reader.textOr(request, "path", "/"),
        headers: headersOf(reader, request),
        ...(sni === undefined ? {} : { sni }),
        ...(token === null ? {} : { token: reader.mapping(token, "request.jwt") }),
      },
      ...(dial === undefined ? {} : { dial }),
      features: featuresOf(valueAt(entry, ["feature"])),
    },
  };
}

/**
 * The cases of a file: a list, or a mapping with a list `cases`.
 * @throws UsageError naming the case and the field that is wrong
 */
export function readCases(value: Value | undefined, file: string): readonly CallCase[] {
  const list = isMapping(value) ? valueAt(value, ["cases"]) : value;
  if (!Array.isArray(list)) throw new UsageError(`${file} has to hold a list of cases`);
  return (list as readonly Value[]).map((item, index) => caseOf(item, index, file));
}

/** A caller that names its workload has that one's labels. */
function withLabels(graph: Graph, call: Call): Call {
  const { from } = call;
  if (from.type === "external" || from.workload === null) return call;
  const pod = findPod(graph, from.namespace, from.workload);
  return pod === null ? call : { ...call, from: { ...from, labels: pod.labels } };
}

export function runCases(graph: Graph, cases: readonly CallCase[]): readonly CaseResult[] {
  return cases.map(({ name, call, expect }) => {
    const answer = simulate(graph, withLabels(graph, call));
    return { name, expect, answer, ok: expect === null || answer.verdict === expect };
  });
}
