import { UsageError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { isList, valueAt } from "../model/value.ts";
import { parseServiceHost } from "../mesh/hosts.ts";
import { kinds } from "../mesh/kinds.ts";
import { podsOfService, servicePortsOf } from "../mesh/service-ports.ts";
import type { Call, CallRequest, Caller, Target } from "./call.ts";
import { endpointOf, serviceAccountOf } from "./endpoint.ts";
import { hostName, serviceOfHost } from "./knative-hosts.ts";
import { findPod } from "./targets.ts";

/** What people may say beside FROM and TO. */
export interface CallOptions {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the client dials. */
  readonly port?: number;
  readonly serviceAccount?: string;
  /** As if the caller had none. */
  readonly noSidecar?: boolean;
}

/** A caller as people name it; two, where nobody can tell whether it has a sidecar. */
export function parseCaller(
  graph: Graph,
  text: string,
  options: CallOptions = {},
): readonly [Caller, ...Caller[]] {
  if (text === "external") return [{ type: "external" }];
  const [namespace = "", name, ...more] = text.split("/");
  if (namespace === "" || name === "" || more.length > 0) {
    throw new UsageError(`FROM is external, NAMESPACE or NAMESPACE/WORKLOAD, not ${JSON.stringify(text)}`);
  }
  const base = { type: "workload", namespace } as const;
  if (name === undefined) {
    const serviceAccount = options.serviceAccount ?? "default";
    return [{ ...base, serviceAccount, sidecar: options.noSidecar !== true, workload: null, labels: null }];
  }
  const pod = findPod(graph, namespace, name);
  if (pod === null) {
    const guess = nearest(
      name,
      graph.pods(namespace).map(({ resource }) => resource.name),
    );
    const hint = guess === null ? "" : `; did you mean ${guess}?`;
    throw new UsageError(
      `there is no workload ${text} in the set${hint} (${namespace} alone stands for any pod of it)`,
    );
  }
  const { sidecar } = endpointOf(graph, pod);
  const caller = {
    ...base,
    serviceAccount: options.serviceAccount ?? serviceAccountOf(pod),
    workload: name,
    labels: pod.labels,
  };
  if (options.noSidecar === true) return [{ ...caller, sidecar: false }];
  const usual = { ...caller, sidecar: sidecar.state !== "no" };
  return sidecar.state === "unknown" ? [usual, { ...caller, sidecar: false }] : [usual];
}

interface ParsedTarget {
  readonly to: Target;
  readonly host: string;
  readonly path: string;
}

function serviceTarget(
  graph: Graph,
  service: Resource,
  port: number | undefined,
  host: string,
  path: string,
): ParsedTarget {
  const [pod] = podsOfService(graph, service);
  if (!pod || service.namespace === null) {
    throw new UsageError(`Service ${service.namespace ?? ""}/${service.name} selects no pods of the set`);
  }
  const endpoint = endpointOf(graph, pod);
  const ports = servicePortsOf(graph, service.namespace, endpoint.labels, pod).filter(
    (entry) => entry.service === service,
  );
  const found = port === undefined ? ports[0] : ports.find((entry) => entry.port === port);
  if (!found)
    throw new UsageError(`Service ${service.namespace}/${service.name} has no port ${port ?? ""}`.trimEnd());
  const to = {
    type: "workload",
    namespace: service.namespace,
    workload: pod.resource.name,
    port: found.target,
    service: service.name,
    servicePort: found.port,
  } as const;
  return { to, host, path };
}

function urlTarget(graph: Graph, text: string, options: CallOptions): ParsedTarget {
  if (!URL.canParse(text)) throw new UsageError(`${JSON.stringify(text)} is no URL`);
  const url = new URL(text);
  const port = options.port ?? Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const host = options.host ?? url.host;
  const path = `${url.pathname}${url.search}`;
  const service = serviceOfHost(graph, options.host ?? url.hostname);
  if (service !== null && service.namespace !== null) {
    return { to: { type: "knative", namespace: service.namespace, service: service.name, port }, host, path };
  }
  const plain = parseServiceHost(hostName(url.hostname)) ?? shortHost(url.hostname);
  const [found] = plain === null ? [] : graph.named(kinds.Service, plain.namespace, plain.name);
  if (found) return serviceTarget(graph, found, port, host, path);
  throw new UsageError(`no service of the set has the host ${url.hostname}`);
}

function shortHost(host: string): { readonly name: string; readonly namespace: string } | null {
  const [name, namespace, ...more] = host.split(".");
  return name && namespace && more.length === 0 ? { name, namespace } : null;
}

function firstPort(containers: unknown): number | null {
  for (const container of Array.isArray(containers) ? containers : []) {
    const port = valueAt(container, ["ports", 0, "containerPort"]);
    if (typeof port === "number") return port;
  }
  return null;
}

function namedTarget(graph: Graph, text: string, options: CallOptions): ParsedTarget {
  const [namespace = "", name = "", ...more] = text.split("/");
  if (namespace === "" || name === "" || more.length > 0) {
    throw new UsageError(`TO is a URL or NAMESPACE/NAME, not ${JSON.stringify(text)}`);
  }
  const host = options.host ?? `${name}.${namespace}.svc.${graph.profile.clusterDomain}`;
  const path = "/";
  if (graph.named(kinds.KnativeService, namespace, name).length > 0) {
    return { to: { type: "knative", namespace, service: name, port: options.port ?? 80 }, host, path };
  }
  const [service] = graph.named(kinds.Service, namespace, name);
  if (service) return serviceTarget(graph, service, options.port, host, path);
  const pod = findPod(graph, namespace, name);
  if (pod === null) {
    const names = [
      ...graph
        .all(kinds.KnativeService, kinds.Service)
        .filter((known) => known.namespace === namespace)
        .map((known) => known.name),
      ...graph.pods(namespace).map(({ resource }) => resource.name),
    ];
    const guess = nearest(name, names);
    const hint = guess === null ? "" : `; did you mean ${guess}?`;
    throw new UsageError(`there is no service or workload ${text} in the set${hint}`);
  }
  const containers = valueAt(pod.spec, ["containers"]);
  const isRevision = pod.resource.kind.endsWith(".serving.knative.dev");
  const port = options.port ?? (isRevision ? 8012 : firstPort(isList(containers) ? containers : []));
  if (port === null) throw new UsageError(`which port of ${text}? (--port)`);
  return { to: { type: "workload", namespace, workload: name, port }, host, path };
}

/**
 * The calls that FROM and TO stand for: one, or two where nobody can tell whether the caller has a sidecar.
 * @throws UsageError for a form that is not one, and for what is not in the set
 */
export function parseCalls(
  graph: Graph,
  from: string,
  to: string,
  options: CallOptions = {},
): readonly [Call, ...Call[]] {
  const target = /^https?:\/\//.test(to) ? urlTarget(graph, to, options) : namedTarget(graph, to, options);
  const request: CallRequest = {
    method: options.method ?? "GET",
    host: target.host,
    path: options.path ?? target.path,
    headers: options.headers ?? {},
  };
  const [first, ...others] = parseCaller(graph, from, options);
  const callOf = (caller: Caller): Call => ({ from: caller, to: target.to, request });
  return [callOf(first), ...others.map(callOf)];
}
