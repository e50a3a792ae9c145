import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { valueOr } from "./field.ts";
import { serversOf } from "./gateway-servers.ts";
import { gatewayHostsCover, hostCovers, parseGatewayHost, takesNamespace } from "./hosts.ts";
import { kinds } from "./kinds.ts";
import type { GatewayRole } from "./knative-gateways.ts";
import { externalHosts, isClusterLocal, knativeServices, localHosts, meantForIstio } from "./services.ts";

/** A name that no host of a Gateway serves. */
export interface HostGap {
  /** `namespace`: a host would cover the name, but takes no routes of this namespace. */
  readonly cause: "host" | "namespace";
  /** Null: any name in this namespace. */
  readonly name: string | null;
  /** The Knative Service or DomainMapping; null: whatever service there is or will be. */
  readonly of: Resource | null;
  readonly namespace: string | null;
}

export interface HostCoverage {
  readonly gaps: readonly HostGap[];
  /** What else would have to be known to call the Gateway complete; null: nothing. */
  readonly needs: string | null;
}

/** A host of one of a Gateway's servers, and where it stands. */
export interface WrittenHost {
  readonly text: string;
  readonly path: Path;
}

/** All known hosts of a Gateway; several servers cover names together. */
export function writtenHosts(gateway: Resource): readonly WrittenHost[] {
  return valueOr(serversOf(gateway), []).flatMap((server) =>
    valueOr(server.hosts, []).map((text, index) => ({ text, path: [...server.path, "hosts", index] })),
  );
}

/** Names that a service needs: of each list one is enough, since candidates of KnativeServing make others. */
interface Wanted {
  readonly of: Resource;
  readonly namespace: string;
  readonly names: readonly (readonly string[])[];
}

function externalNames(graph: Graph): { readonly wanted: readonly Wanted[]; readonly needs: string | null } {
  const wanted: Wanted[] = [];
  let needs: string | null = null;
  for (const of of [...knativeServices(graph), ...graph.all(kinds.DomainMapping)]) {
    const local = isClusterLocal(of);
    if (meantForIstio(graph, of).state === "no" || valueOr(local, false)) continue;
    if (of.namespace === null || local.state === "unknown") {
      needs ??= `the namespace or the visibility of ${of.id.kind} ${of.name}`;
      continue;
    }
    const names = externalHosts(graph, of);
    wanted.push({ of, namespace: of.namespace, names: names === null ? [] : [names] });
  }
  return { wanted, needs };
}

function localNames(graph: Graph): { readonly wanted: readonly Wanted[]; readonly needs: string | null } {
  const wanted: Wanted[] = [];
  let needs: string | null = null;
  for (const of of knativeServices(graph)) {
    if (meantForIstio(graph, of).state === "no") continue;
    const names = localHosts(graph, of);
    if (names === null || of.namespace === null) needs ??= `the namespace of Service ${of.name}`;
    else wanted.push({ of, namespace: of.namespace, names: names.map((name) => [name]) });
  }
  return { wanted, needs };
}

/** Forms of cluster-local names that the hosts leave out whatever services there are (net-istio `virtual_service.go`). */
function missingForms(graph: Graph, hosts: readonly string[]): readonly string[] {
  const plain = hosts.map((text) => parseGatewayHost(text).host);
  const forms = [`*.svc.${graph.profile.clusterDomain}`, "*.svc"];
  return forms.filter((form) => !plain.some((host) => hostCovers(host, form)));
}

/**
 * Which names of Knative's routes a Gateway does not serve: the external ones of the services and domain mappings, or
 * the cluster-local ones in all their forms (istio/istio `pilot/pkg/model/push_context.go`, `pkg/config/host`).
 */
export function hostCoverage(graph: Graph, gateway: Resource, role: GatewayRole): HostCoverage {
  const hosts = writtenHosts(gateway).map((host) => host.text);
  const servers = valueOr(serversOf(gateway), []);
  if (servers.some((server) => server.hosts.state === "unknown"))
    return { gaps: [], needs: `the hosts of Gateway ${gateway.name}` };
  const parsed = hosts.map(parseGatewayHost);
  if (gateway.namespace === null && parsed.some((host) => host.namespace === "."))
    return { gaps: [], needs: `the namespace of Gateway ${gateway.name}` };
  if (parsed.some((host) => host.namespace === "*" && host.host === "*")) return { gaps: [], needs: null };

  const { wanted, needs } = role === "external" ? externalNames(graph) : localNames(graph);
  const gaps: HostGap[] = [];
  for (const { of, namespace, names } of wanted) {
    if (!parsed.some((host) => takesNamespace(host, namespace, gateway.namespace))) {
      gaps.push({ cause: "namespace", name: null, of, namespace });
      continue;
    }
    const covered = (name: string): boolean => gatewayHostsCover(hosts, name, namespace, gateway.namespace);
    for (const alternatives of names) {
      const [name = null] = alternatives;
      if (alternatives.some(covered)) continue;
      const elsewhere = alternatives.some((text) => parsed.some((host) => hostCovers(host.host, text)));
      gaps.push({ cause: elsewhere ? "namespace" : "host", name, of, namespace });
    }
  }
  if (role === "local") {
    for (const name of missingForms(graph, hosts))
      gaps.push({ cause: "host", name, of: null, namespace: null });
  }
  const open = wanted.length === 0 ? "the Knative Services that the Gateway has to serve" : null;
  return { gaps, needs: needs ?? open };
}

/** A host that takes routes of one namespace only. */
export interface LimitedHost extends WrittenHost {
  readonly namespace: string | null;
  /** Without the namespace. */
  readonly host: string;
}

/** The first such host of a Gateway; null if there is none. */
export function limitedHost(gateway: Resource): LimitedHost | null {
  for (const written of writtenHosts(gateway)) {
    const { namespace, host } = parseGatewayHost(written.text);
    if (namespace !== "*")
      return { ...written, namespace: namespace === "." ? gateway.namespace : namespace, host };
  }
  return null;
}
