import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { isUnknown } from "../model/placeholder.ts";
import { byNamespace } from "./authorization/settings.ts";
import type { Place } from "./field.ts";
import { hostCovers } from "./hosts.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";

/** What a DestinationRule makes a client's proxy send. */
export type ClientTls =
  /** No rule speaks of TLS: the proxy decides by itself (auto mTLS). */
  | { readonly state: "automatic" }
  | {
      readonly state: "mode";
      readonly mode: "ISTIO_MUTUAL" | "DISABLE" | "SIMPLE" | "MUTUAL";
      readonly at: Place;
    }
  | { readonly state: "unknown"; readonly needs: string };

/** A connection from a proxy to a Service. */
export interface ServiceConnection {
  /** Namespace of the caller. */
  readonly from: string;
  /** Full name of the Service. */
  readonly host: string;
  /** Namespace of the Service. */
  readonly to: string;
  /** Port of the Service. */
  readonly port: number;
  readonly rootNamespace: string | null;
}

const rulesByNamespace = byNamespace((graph) => graph.all(kinds.DestinationRule));

function hostOf(rule: Resource, clusterDomain: string): string | null {
  const host = valueAt(rule.value, ["spec", "host"]);
  if (typeof host !== "string" || isUnknown(host)) return null;
  const short = !host.includes(".") && !host.includes("*");
  return short ? `${host}.${rule.namespace ?? ""}.svc.${clusterDomain}` : host;
}

/** A rule with `exportTo: ["."]` is for callers of its own namespace. */
function isVisible(rule: Resource, caller: string): boolean {
  const list = valueAt(rule.value, ["spec", "exportTo"]);
  if (!isList(list) || list.length === 0) return true;
  return list.some((item) => item === "*" || item === caller || (item === "." && rule.namespace === caller));
}

/** Exact hosts before wildcards, longer ones first (istio/istio `pkg/config/host/name.go`). */
function specificity(host: string): number {
  return host.startsWith("*") ? host.length : host.length + 1000;
}

/** The rules of one namespace for the most specific host that covers a name. */
function matching(graph: Graph, namespace: string, connection: ServiceConnection): readonly Resource[] {
  let best = -1;
  let found: Resource[] = [];
  for (const rule of rulesByNamespace(graph).get(namespace) ?? []) {
    const host = hostOf(rule, graph.profile.clusterDomain);
    if (host === null || !hostCovers(host, connection.host) || !isVisible(rule, connection.from)) continue;
    const rank = specificity(host);
    if (rank > best) found = [];
    if (rank >= best) {
      best = rank;
      found.push(rule);
    }
  }
  return found;
}

const modes = ["ISTIO_MUTUAL", "DISABLE", "SIMPLE", "MUTUAL"] as const;

function modePath(rule: Resource, port: number): Path | null {
  const policy: Path = ["spec", "trafficPolicy"];
  const levels = valueAt(rule.value, [...policy, "portLevelSettings"]);
  for (const [index, level] of (isList(levels) ? levels : []).entries()) {
    if (valueAt(level, ["port", "number"]) !== port) continue;
    // Settings of a port replace those of the rule as a whole.
    return isMapping(valueAt(level, ["tls"])) ? [...policy, "portLevelSettings", index, "tls", "mode"] : null;
  }
  return isMapping(valueAt(rule.value, [...policy, "tls"])) ? [...policy, "tls", "mode"] : null;
}

function tlsOf(rules: readonly Resource[], port: number): ClientTls {
  for (const resource of rules) {
    const path = modePath(resource, port);
    if (path === null) continue;
    const value = valueAt(resource.value, path) ?? "DISABLE";
    const mode = modes.find((known) => known === value);
    if (mode === undefined)
      return { state: "unknown", needs: `the TLS mode of DestinationRule ${resource.name}` };
    return { state: "mode", mode, at: { resource, path } };
  }
  return { state: "automatic" };
}

/**
 * What the DestinationRules say about TLS on a connection: those of the caller's namespace, then of the Service's,
 * then of the root namespace; the first namespace with a match decides alone (istio/istio
 * `pilot/pkg/model/push_context.go` destinationRule).
 */
export function clientTls(graph: Graph, connection: ServiceConnection): ClientTls {
  const { from, to, rootNamespace } = connection;
  const namespaces = new Set([from, to, ...(rootNamespace === null ? [] : [rootNamespace])]);
  for (const namespace of namespaces) {
    const rules = matching(graph, namespace, connection);
    if (rules.length > 0) return tlsOf(rules, connection.port);
  }
  return { state: "automatic" };
}

const restricted = once((graph: Graph): boolean =>
  graph.all(kinds.DestinationRule).some((rule) => {
    const list = valueAt(rule.value, ["spec", "exportTo"]);
    return isList(list) && list.some((item) => item !== "*");
  }),
);

/** Whether callers of a namespace may fare otherwise than those of others: by rules there, or by `exportTo`. */
export function hasOwnRules(graph: Graph, namespace: string): boolean {
  return restricted(graph) || rulesByNamespace(graph).has(namespace);
}
