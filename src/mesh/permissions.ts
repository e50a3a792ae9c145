import { knativePlainServices, knativeWorkloads } from "../graph/derived/knative-workloads.ts";
import type { ProxyRequest } from "./authorization/request.ts";
import { spiffe } from "./authorization/request.ts";
import { hostPattern, textPattern } from "./authorization/text-pattern.ts";
import { labelsOf } from "./label-match.ts";
import type { Labels } from "./label-match.ts";
import { componentKey, inNameOfHeader } from "./tenant-policies.ts";

/** What a caller may ask for; a field that is absent stands for anything. */
export interface Operation {
  readonly methods?: readonly string[];
  readonly hosts?: readonly string[];
  readonly paths?: readonly string[];
  readonly ports?: readonly number[];
}

/** One entry of the documents' tables (the documents' tenant policies and 5.3): who may ask whom for what. */
export interface Permission {
  /** The namespace of the pods that are called. */
  readonly namespace: string;
  /** Value of their label `app.kubernetes.io/component`; null: all pods of the namespace. */
  readonly component: string | null;
  /** Namespaces of the callers; null: anyone, without a certificate as well. */
  readonly sources: readonly string[] | null;
  /** Service accounts in these namespaces; null: all of them. */
  readonly accounts: readonly string[] | null;
  /** Alternatives. */
  readonly operations: readonly Operation[];
  /** Values of the header `Kn-Namespace`, one of which the request has to carry; null: it does not matter. */
  readonly inNameOf: readonly string[] | null;
}

/** One request that a permission is about. */
export interface Witness {
  /** The caller's namespace; null: no identity. */
  readonly source: string | null;
  /** The tenant's namespaces that the request speaks of: by caller, host, path or header. */
  readonly namespaces: readonly string[];
  readonly request: ProxyRequest;
}

/** Names that no policy spells out: what is allowed for them is allowed for any. */
export const anyName = "any-name-at-all";

const headerKey = inNameOfHeader.toLowerCase();

/** A request with nothing special about it. */
export function requestOf(parts: Partial<ProxyRequest>): ProxyRequest {
  return {
    protocol: "http",
    peer: null,
    sourceIp: undefined,
    remoteIp: undefined,
    port: 8080,
    sni: undefined,
    host: `${anyName}.example.org`,
    method: "GET",
    path: "/",
    headers: new Map(),
    claims: null,
    ...parts,
  };
}

export function onBehalfOf(namespace: string | null): ReadonlyMap<string, string> {
  return new Map(namespace === null ? [] : [[headerKey, namespace]]);
}

/** Ports on which the pods of a component take requests; of a tenant's pods those of queue-proxy. */
export function portsOf(component: string | null): readonly number[] {
  const workload = knativeWorkloads.find((row) => row.component === component)?.name;
  const service = knativePlainServices.find((row) => row.workload === workload);
  const ports = service?.ports.filter(({ name }) => name === "http" || name === "http2") ?? [];
  if (ports.length > 0) return ports.map(({ targetPort }) => targetPort);
  return component === null ? [8012, 8013, 9090] : [8080];
}

/** The labels by which policies select a component's pods; there are others. */
export function labelsOfComponent(component: string): Labels {
  const workload = knativeWorkloads.find((row) => row.component === component);
  return labelsOf({
    [componentKey]: component,
    "app.kubernetes.io/name": workload?.cr === "KnativeServing" ? "knative-serving" : "knative-eventing",
    ...(workload?.app ? { app: workload.app } : {}),
    ...(component === "activator" ? { role: component } : {}),
  });
}

/** `*.shop` with a name for the star. */
function sample(pattern: string): string {
  return pattern.replaceAll("*", anyName);
}

/** A tenant's namespace that a pattern of hosts or paths is for. */
export function namespaceOfPattern(pattern: string): string | null {
  const host = /^\*\.([^./*]+)(?:\.svc(?:\..+)?)?$/.exec(pattern);
  const path = /^\/([^/*]+)\/(?:\*|\{\*\*\}|\{\*\})$/.exec(pattern);
  return host?.[1] ?? path?.[1] ?? null;
}

interface Ask {
  readonly namespace: string | null;
  readonly parts: Partial<ProxyRequest>;
}

/** What is asked for, one request per pattern; where something is free, two that have nothing in common. */
function asksOf({ hosts, paths, methods, ports }: Operation, component: string | null): readonly Ask[] {
  const [first = 8080, ...others] = ports ?? portsOf(component);
  const free: readonly Partial<ProxyRequest>[] = [
    { method: "GET", path: "/", host: `${anyName}.example.org`, port: first },
    { method: "POST", path: `/${anyName}/here`, host: undefined, port: others[0] ?? first },
    { method: "OPTIONS", path: "//healthz", host: "elsewhere:80", port: others[1] ?? first },
  ];
  const patterns: readonly Ask[] = [
    ...(hosts ?? []).map((host) => ({ namespace: namespaceOfPattern(host), parts: { host: sample(host) } })),
    ...(paths ?? []).map((path) => ({ namespace: namespaceOfPattern(path), parts: { path: sample(path) } })),
  ];
  const asks = patterns.length > 0 ? patterns : [{ namespace: null, parts: {} }];
  return asks.flatMap(({ namespace, parts }) =>
    free.flatMap((base) =>
      (methods ?? [base.method ?? "GET"]).map((method) => ({
        namespace,
        parts: { ...base, method, ...parts },
      })),
    ),
  );
}

/** Each name with itself and its neighbour: enough to see every list that lacks a name, without their product. */
function belongTogether(a: string | null, b: string | null, names: readonly string[]): boolean {
  const [i, j] = [names.indexOf(a ?? ""), names.indexOf(b ?? "")];
  return i < 0 || j < 0 || i === j || (i + 1) % names.length === j;
}

/**
 * Requests that stand for all that a permission lets in.
 * @param tenant the tenant's namespaces; empty for permissions of the platform
 */
export function witnesses(
  permission: Permission,
  tenant: readonly string[],
  trustDomain: string,
): readonly Witness[] {
  const { component, sources, accounts, operations, inNameOf } = permission;
  const asks = operations.flatMap((operation) => asksOf(operation, component));
  return (sources ?? [null]).flatMap((source) =>
    (accounts ?? [anyName]).flatMap((account) =>
      (inNameOf ?? [null]).flatMap((owner) =>
        asks
          .filter(({ namespace }) => [source, owner].every((name) => belongTogether(name, namespace, tenant)))
          .map(({ namespace, parts }) => ({
            source,
            namespaces: [source, owner, namespace].filter((name) => name !== null && tenant.includes(name)),
            request: requestOf({
              ...parts,
              peer: source === null ? null : spiffe(trustDomain, source, account),
              headers: onBehalfOf(owner),
            }),
          })),
      ),
    ),
  ) as readonly Witness[];
}

export interface Identity {
  readonly namespace: string;
  readonly account: string;
}

/** Namespace and service account of a certificate. */
export function identityOf(peer: string): Identity {
  const [, , , , namespace = "", , account = ""] = peer.split("/");
  return { namespace, account };
}

function operationAdmits({ methods, hosts, paths, ports }: Operation, request: ProxyRequest): boolean {
  const { host = "" } = request;
  return (
    (methods?.includes(request.method) ?? true) &&
    (hosts?.some((pattern) => hostPattern(pattern)(host)) ?? true) &&
    (paths?.some((pattern) => textPattern(pattern)(request.path)) ?? true) &&
    (ports?.includes(request.port) ?? true)
  );
}

/**
 * Whether a permission lets a request in.
 * @param system namespaces of the platform: where one of them may call, so may the others (definition D14)
 * @param caller the identity in the request's certificate; who asks for many permissions takes it apart once
 */
export function admits(
  { sources, accounts, operations, inNameOf }: Permission,
  request: ProxyRequest,
  system: ReadonlySet<string>,
  caller: Identity | null = request.peer === null ? null : identityOf(request.peer),
): boolean {
  if (sources !== null) {
    if (caller === null) return false;
    const { namespace, account } = caller;
    const trusted = system.has(namespace) && accounts === null && sources.some((name) => system.has(name));
    if (!sources.includes(namespace) && !trusted) return false;
    if (accounts !== null && !accounts.includes(account)) return false;
  }
  if (inNameOf !== null && !inNameOf.includes(request.headers.get(headerKey) ?? "")) return false;
  return operations.some((operation) => operationAdmits(operation, request));
}
