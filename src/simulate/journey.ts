import type { Graph } from "../model/graph.ts";
import { checkToken } from "../mesh/authorization/request-authentication.ts";
import type { Call, CallRequest, Caller } from "./call.ts";
import { callerName } from "./call.ts";
import type { Client } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { withFeatures } from "./hop.ts";
import type { Arrival } from "./hop.ts";

/** Headers that proxies on the way set themselves. */
const proxyHeaders = ["x-forwarded-proto", "x-forwarded-client-cert", "x-request-id"];

const known = new WeakMap<CallRequest, Headers>();

/** Headers by lower-case name; undefined: set to what is not known. */
export type Headers = ReadonlyMap<string, string | undefined>;

export function headersOf(request: CallRequest): Headers {
  const old = known.get(request);
  if (old) return old;
  const headers = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name.toLowerCase(), value);
  for (const name of proxyHeaders) headers.set(name, undefined);
  known.set(request, headers);
  return headers;
}

/** What stays the same on the whole way of a call. */
export interface Journey {
  readonly graph: Graph;
  readonly call: Call;
  readonly headers: Headers;
  readonly features: ReadonlySet<string>;
}

export function clientOf(caller: Caller): Client {
  if (caller.type === "external") {
    return {
      namespace: "openshift-ingress",
      serviceAccount: "router",
      sidecar: false,
      name: "the router",
      labels: null,
    };
  }
  const { namespace, serviceAccount, sidecar, labels } = caller;
  return { namespace, serviceAccount, sidecar, labels, name: callerName(caller) };
}

/** The arrival of a call at its first proxy. */
export function firstArrival(
  { call, headers, features }: Journey,
  to: Endpoint,
  port: number,
): Omit<Arrival, "service"> {
  const { from, request } = call;
  const forwarded = headers.has("x-forwarded-for") || from.type === "external";
  return {
    client: clientOf(from),
    to,
    port,
    method: request.method,
    host: request.host,
    path: request.path,
    headers,
    token: request.token ?? null,
    sourceIp: from.ip,
    remoteIp: from.remoteIp ?? (forwarded ? undefined : from.ip),
    sni: request.sni,
    features,
  };
}

/** Behind a gateway or the activator: its identity, and addresses that no manifest tells. */
export function nextArrival(
  graph: Graph,
  before: Omit<Arrival, "service">,
  client: Client,
): Omit<Arrival, "service"> {
  const { settings } = before.to;
  const checked =
    settings === null
      ? null
      : checkToken(graph, before.to, withFeatures(settings, before.features), before.token);
  const keeps = checked === null || checked.state !== "valid" || checked.forwarded;
  const headers = new Map(before.headers).set("x-forwarded-for", undefined);
  return {
    ...before,
    client,
    headers,
    token: keeps ? before.token : null,
    sourceIp: undefined,
    remoteIp: undefined,
    sni: undefined,
    connection: undefined,
    fromOutside: false,
  };
}

export function withHeaders(
  headers: Headers,
  set: Readonly<Record<string, string | undefined>>,
  remove: readonly string[] = [],
): Headers {
  const changed = new Map(headers);
  for (const name of remove) changed.delete(name);
  for (const [name, value] of Object.entries(set)) changed.set(name, value);
  return changed;
}
