/** Host names as Istio compares them: exact, `*.suffix`, or `*` (istio/istio `pkg/config/host/name.go`). */

/** Whether every name that `name` stands for (it may be a wildcard itself) is one that `pattern` covers. */
export function hostCovers(pattern: string, name: string): boolean {
  const wide = pattern.toLowerCase();
  const narrow = name.toLowerCase();
  if (!wide.startsWith("*")) return wide === narrow;
  const suffix = wide.slice(1);
  // A wildcard stands for at least one character: `*.example.com` does not cover `.example.com`.
  if (narrow.startsWith("*")) return narrow.slice(1).endsWith(suffix);
  return narrow.length > suffix.length && narrow.endsWith(suffix);
}

/** Whether some name is covered by both. */
export function hostsOverlap(a: string, b: string): boolean {
  const first = a.toLowerCase();
  const second = b.toLowerCase();
  if (first.startsWith("*") && second.startsWith("*")) {
    return first.slice(1).endsWith(second.slice(1)) || second.slice(1).endsWith(first.slice(1));
  }
  return hostCovers(first, second) || hostCovers(second, first);
}

/** A host of a Gateway server: `<namespace>/<host>`, `./<host>` (the Gateway's own namespace) or `<host>` (any). */
export interface GatewayHost {
  /** `*`: any namespace; `.`: the Gateway's; `~` in a Sidecar: none. */
  readonly namespace: string;
  readonly host: string;
}

export function parseGatewayHost(text: string): GatewayHost {
  const slash = text.indexOf("/");
  if (slash < 0) return { namespace: "*", host: text };
  return { namespace: text.slice(0, slash), host: text.slice(slash + 1) };
}

/** Whether a Gateway's host takes VirtualServices of a namespace. */
export function takesNamespace(
  host: GatewayHost,
  namespace: string,
  gatewayNamespace: string | null,
): boolean {
  if (host.namespace === "*") return true;
  if (host.namespace === ".") return namespace === gatewayNamespace;
  return host.namespace === namespace;
}

/**
 * Whether one of a Gateway's hosts covers a name that a VirtualService in `namespace` wants to serve there.
 * @param gatewayNamespace namespace of the Gateway, for hosts written `./name`
 */
export function gatewayHostsCover(
  hosts: readonly string[],
  name: string,
  namespace: string,
  gatewayNamespace: string | null,
): boolean {
  return hosts.some((text) => {
    const host = parseGatewayHost(text);
    return takesNamespace(host, namespace, gatewayNamespace) && hostCovers(host.host, name);
  });
}

/** A Service's name in the cluster: `<name>.<namespace>.svc[.<domain>]`. */
export interface ServiceHost {
  readonly name: string;
  readonly namespace: string;
  /** Null: written without a domain. */
  readonly domain: string | null;
}

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** Whether a text can be the name of a namespace (an RFC 1123 label). */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && dnsLabel.test(text);
}

/** Null for any other form: the operator's route controller takes no other (serverless-operator `route.go`). */
export function parseServiceHost(text: string): ServiceHost | null {
  const [name = "", namespace = "", svc, ...domain] = text.replace(/\.$/, "").split(".");
  if (svc !== "svc" || !dnsLabel.test(name) || !dnsLabel.test(namespace)) return null;
  if (!domain.every((part) => dnsLabel.test(part))) return null;
  return { name, namespace, domain: domain.length === 0 ? null : domain.join(".") };
}

/** The names under which a Service can be reached inside the cluster, shortest first; not those that need a search domain of its namespace. */
export function serviceNames(name: string, namespace: string, clusterDomain: string): readonly string[] {
  const base = `${name}.${namespace}`;
  return [base, `${base}.svc`, `${base}.svc.${clusterDomain}`];
}
