import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping } from "../model/value.ts";
import type { Mapping } from "../model/value.ts";
import { isUnknown } from "../model/placeholder.ts";
import { parseYaml } from "./control-plane-settings.ts";
import type { Place } from "./field.ts";
import { readText } from "./field.ts";
import { parseServiceHost } from "./hosts.ts";
import type { ServiceHost } from "./hosts.ts";
import { ingressClasses } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { once, oncePer } from "./memo.ts";
import { configMap } from "./operator-config.ts";
import type { OperatorConfigMap } from "./operator-config.ts";
import { facts, holds } from "./version-facts.ts";

export type GatewayRole = "external" | "local";

/** A Gateway that net-istio gives routes to, and the Service that leads to its pods. */
export interface KnativeGateway {
  readonly role: GatewayRole;
  /** Of the Gateway object. */
  readonly namespace: string;
  readonly name: string;
  /** The Service's host as configured, or net-istio's default; null if not known. */
  readonly host: string | null;
  /** The parts of the host; null if it is not known or has another form. */
  readonly service: ServiceHost | null;
  /** The entry of the KnativeServing; null for a default. */
  readonly at: Place | null;
  /** Only for services that a label selector picks (new format); every list has one entry without. */
  readonly selective: boolean;
  /** Full definitions of the Gateway, all candidates. */
  readonly resources: readonly Resource[];
}

export type KnativeGateways =
  | {
      readonly state: "known";
      readonly format: "default" | "old" | "new";
      readonly gateways: readonly KnativeGateway[];
    }
  /** No KnativeServing: Gateways with the default names, whatever Services carry them. */
  | { readonly state: "assumed"; readonly gateways: readonly KnativeGateway[] }
  /** The configuration is a placeholder, or one that net-istio refuses. */
  | { readonly state: "unknown"; readonly needs: string; readonly gateways: readonly KnativeGateway[] };

export const servingNamespace = "knative-serving";

const defaults = {
  external: { name: "knative-ingress-gateway", service: "istio-ingressgateway" },
  local: { name: "knative-local-gateway", service: "knative-local-gateway" },
} as const;

const roles = ["external", "local"] as const;

function makeGateway(
  graph: Graph,
  role: GatewayRole,
  namespace: string,
  name: string,
  host: string | null,
  more: { readonly at?: Place; readonly selective?: boolean } = {},
): KnativeGateway {
  const known = host === null || isUnknown(host) ? null : host;
  return {
    role,
    namespace,
    name,
    host: known,
    service: known === null ? null : parseServiceHost(known),
    at: more.at ?? null,
    selective: more.selective ?? false,
    resources: graph.named(kinds.Gateway, namespace, name),
  };
}

function defaultGateway(graph: Graph, role: GatewayRole, namespace: string, known: boolean): KnativeGateway {
  const { name, service } = defaults[role];
  const host = known ? `${service}.istio-system.svc.${graph.profile.clusterDomain}` : null;
  return makeGateway(graph, role, namespace, name, host);
}

/** `gateway.<namespace>.<name>` and `local-gateway.…`; without a namespace part, that of Serving. */
const oldKey = /^(local-)?gateway\.(?:([^.]*)\.)?([^.]+)$/;
const newKeys = { external: "external-gateways", local: "local-gateways" } as const;

interface Parsed {
  readonly role: GatewayRole;
  readonly gateway: KnativeGateway;
}

function oldGateways(graph: Graph, serving: Resource, map: OperatorConfigMap): readonly Parsed[] {
  return Object.keys(map.entries).flatMap((key) => {
    const match = oldKey.exec(key);
    if (!match) return [];
    const [, local, namespace = namespaceOf(serving), name = ""] = match;
    const role = local === undefined ? "external" : "local";
    const path = [...map.path, key];
    const host = readText(serving, path);
    const at = { resource: serving, path };
    const text = host.state === "value" ? host.value : null;
    return [{ role, gateway: makeGateway(graph, role, namespace, name, text, { at }) }];
  });
}

/** The entries of a new key's value, which is YAML inside a string; null if net-istio would refuse it. */
function newGateways(
  graph: Graph,
  serving: Resource,
  map: OperatorConfigMap,
  role: GatewayRole,
): readonly KnativeGateway[] | null {
  const path = [...map.path, newKeys[role]];
  const text = readText(serving, path);
  if (text.state !== "value") return null;
  const list = parseYaml(text.value);
  if (!Array.isArray(list)) return null;
  const gateways: KnativeGateway[] = [];
  for (const entry of list as readonly unknown[]) {
    if (!isMapping(entry)) return null;
    const { namespace, name, service }: Mapping = entry;
    if (typeof namespace !== "string" || typeof name !== "string" || typeof service !== "string") return null;
    const selective = entry.labelSelector !== undefined && entry.labelSelector !== null;
    const at = { resource: serving, path };
    gateways.push(makeGateway(graph, role, namespace, name, service, { at, selective }));
  }
  return gateways;
}

function namespaceOf(serving: Resource): string {
  return serving.namespace ?? servingNamespace;
}

function compute(graph: Graph, serving: Resource): KnativeGateways {
  const standard = (role: GatewayRole, known = true): KnativeGateway =>
    defaultGateway(graph, role, namespaceOf(serving), known);
  const map = configMap(serving, "istio");
  const open = (needs: string): KnativeGateways => ({
    state: "unknown",
    needs,
    gateways: roles.map((role) => standard(role, false)),
  });
  if (map.state === "unknown") return open(map.why);
  const config = map.state === "value" ? map.value : null;
  const old = config === null ? [] : oldGateways(graph, serving, config);
  const understood = holds(facts.gatewayListKeys, graph.profile);
  const fresh = roles.filter(
    (role) => config !== null && understood && Object.hasOwn(config.entries, newKeys[role]),
  );
  if (config === null || (old.length === 0 && fresh.length === 0)) {
    return { state: "known", format: "default", gateways: roles.map((role) => standard(role)) };
  }
  if (old.length > 0 && fresh.length > 0) return open("gateways of Knative in one format, not two");
  if (fresh.length > 0) {
    const gateways: KnativeGateway[] = [];
    for (const role of roles) {
      const list = fresh.includes(role) ? newGateways(graph, serving, config, role) : [standard(role)];
      if (list === null) return open(`a readable value of ${newKeys[role]}`);
      gateways.push(...list);
    }
    return { state: "known", format: "new", gateways };
  }
  const gateways = roles.flatMap((role) => {
    const mine = old.filter((entry) => entry.role === role).map((entry) => entry.gateway);
    return mine.length === 0 ? [standard(role)] : mine;
  });
  return { state: "known", format: "old", gateways };
}

/**
 * The Gateways that one candidate of KnativeServing uses (net-istio `pkg/reconciler/ingress/config/istio.go`;
 * definition D9). An empty list in the new format is mesh-only mode: no Gateway of that role.
 */
export const knativeGatewaysOf: (graph: Graph, serving: Resource) => KnativeGateways = oncePer(compute);

const keyOf = ({ role, namespace, name, host }: KnativeGateway): string =>
  JSON.stringify([role, namespace, name, host]);

/**
 * The Gateways of the set: those of every candidate of KnativeServing that does not use another ingress. `assumed`
 * without a KnativeServing.
 */
export const knativeGateways = once((graph: Graph): KnativeGateways => {
  const candidates = ingressClasses(graph);
  if (candidates.length === 0) {
    const gateways = roles.map((role) => defaultGateway(graph, role, servingNamespace, false));
    return { state: "assumed", gateways };
  }
  const istio = candidates.filter(({ ingress }) => ingress.state === "istio" || ingress.state === "unknown");
  const used = istio.length === 0 ? candidates : istio;
  const answers = used.map(({ serving }) => knativeGatewaysOf(graph, serving));
  const gateways = [
    ...new Map(answers.flatMap((answer) => answer.gateways).map((entry) => [keyOf(entry), entry])).values(),
  ];
  const open = answers.find((answer) => answer.state === "unknown");
  if (open) return { ...open, gateways };
  const formats = answers.flatMap((answer) => (answer.state === "known" ? [answer.format] : []));
  const format = formats.find((used) => used !== "default") ?? "default";
  return { state: "known", format, gateways };
});

/** Gateway objects for external traffic (IG), or for cluster-local traffic (LG), with all candidates. */
export const gatewaysOf = oncePer((graph: Graph, role: GatewayRole): readonly Resource[] => {
  const mine = knativeGateways(graph).gateways.filter((gateway) => gateway.role === role);
  return [...new Set(mine.flatMap((gateway) => gateway.resources))];
});

export function ingressGateways(graph: Graph): readonly Resource[] {
  return gatewaysOf(graph, "external");
}

export function localGateways(graph: Graph): readonly Resource[] {
  return gatewaysOf(graph, "local");
}
