import type { Graph } from "../model/graph.ts";
import { clientTls, hasOwnRules } from "../mesh/destination-rules.ts";
import type { ClientTls } from "../mesh/destination-rules.ts";
import type { Place } from "../mesh/field.ts";
import type { EffectiveMode } from "../mesh/mtls.ts";
import { homeMesh } from "../mesh/authorization/settings.ts";
import type { Endpoint } from "./endpoint.ts";
import { settingsOf } from "./endpoint.ts";
import { spiffe } from "../mesh/authorization/request.ts";

/** Who opens a connection: a pod, or a gateway. */
export interface Client {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Has a proxy with a certificate of the mesh. */
  readonly sidecar: boolean | "unknown";
  /** As people name it. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>> | null;
}

/** The Service by which a client reaches a pod; null: the pod's port is in none. */
export interface ServicePath {
  readonly host: string;
  readonly namespace: string;
  readonly port: number;
}

/** What comes of a connection before any policy is asked. */
export type Connection =
  /** Null: plaintext, or TLS without a certificate of the mesh. */
  | { readonly state: "open"; readonly peer: string | null; readonly by: Place | null }
  | { readonly state: "certificate-required"; readonly by: Place | null; readonly scope: string }
  /** The client insists on mutual TLS and the server has none, or the reverse. */
  | {
      readonly state: "mismatch";
      readonly by: Place | null;
      readonly because: string;
      readonly remedy: string;
    }
  | { readonly state: "unknown"; readonly needs: string };

export function identityOf(graph: Graph, client: Client, endpoint: Endpoint): string {
  const settings = settingsOf(graph, client.namespace) ?? endpoint.settings;
  const domain = settings?.trustDomains[0] ?? graph.profile.trustDomain;
  return spiffe(domain, client.namespace, client.serviceAccount);
}

const rulesByPath = new WeakMap<ServicePath, Map<string, ClientTls>>();

/** What DestinationRules say; the same Service is asked about for every caller. */
function rulesFor(graph: Graph, service: ServicePath, from: string, rootNamespace: string | null): ClientTls {
  const answers = rulesByPath.get(service) ?? new Map<string, ClientTls>();
  rulesByPath.set(service, answers);
  const key = hasOwnRules(graph, from) ? from : "";
  const old = answers.get(key);
  if (old) return old;
  const { host, namespace: to, port } = service;
  const answer = clientTls(graph, { from, host, to, port, rootNamespace });
  answers.set(key, answer);
  return answer;
}

type Sent =
  | { readonly state: "mtls" | "plaintext"; readonly by: Place | null }
  | { readonly state: "tls"; readonly by: Place | null }
  | { readonly state: "unknown"; readonly needs: string };

/** What a client's proxy sends (istio/istio `pilot/pkg/xds/endpoints/mtls_checker.go`). */
function sent(
  graph: Graph,
  client: Client,
  endpoint: Endpoint,
  service: ServicePath | null,
  serves: boolean,
): Sent {
  const plaintext: Sent = { state: "plaintext", by: null };
  // Without a Service that istiod knows it is the passthrough cluster: plaintext, as the application wrote it.
  if (client.sidecar === false || service === null) return plaintext;
  if (homeMesh(graph, service.namespace).state === "out") return plaintext;
  if (client.sidecar === "unknown")
    return { state: "unknown", needs: `whether ${client.name} has a sidecar` };
  const settings = endpoint.settings ?? settingsOf(graph, client.namespace);
  const rule = rulesFor(graph, service, client.namespace, settings?.rootNamespace ?? null);
  if (rule.state === "unknown") return rule;
  if (rule.state === "mode") {
    if (rule.mode === "ISTIO_MUTUAL") return { state: "mtls", by: rule.at };
    return { state: rule.mode === "DISABLE" ? "plaintext" : "tls", by: rule.at };
  }
  const automatic = settings?.autoMutualTls ?? true;
  return automatic && serves ? { state: "mtls", by: null } : plaintext;
}

/** A connection to a pod whose traffic no proxy takes. */
export function connectBare(
  graph: Graph,
  client: Client,
  endpoint: Endpoint,
  service: ServicePath | null,
): Connection {
  const what = sent(graph, client, endpoint, service, false);
  if (what.state === "unknown") return what;
  if (what.state === "plaintext") return { state: "open", peer: null, by: null };
  return {
    state: "mismatch",
    by: what.by,
    because: `${client.name} insists on mutual TLS, which ${endpoint.name} cannot answer without a sidecar`,
    remedy: "give it a sidecar, or write a DestinationRule with tls.mode DISABLE for its Service",
  };
}

/** A connection to a pod's proxy. */
export function connect(
  graph: Graph,
  client: Client,
  endpoint: Endpoint,
  service: ServicePath | null,
  mode: EffectiveMode,
): Connection {
  const disabled = mode.state === "known" && mode.mode === "DISABLE";
  const what = sent(graph, client, endpoint, service, !disabled);
  if (what.state === "unknown") return what;
  const at = mode.state === "known" ? mode.at : null;
  if (what.state === "mtls") {
    if (!disabled) return { state: "open", peer: identityOf(graph, client, endpoint), by: what.by };
    return {
      state: "mismatch",
      by: at,
      because: `${client.name} insists on mutual TLS, which PeerAuthentication switches off at ${endpoint.name}`,
      remedy: "write a DestinationRule with tls.mode DISABLE for its Service, or leave mutual TLS on there",
    };
  }
  if (what.state === "tls")
    return { state: "unknown", needs: "what the server makes of TLS of the client's own" };
  if (mode.state === "unknown") return mode;
  if (mode.mode === "STRICT") return { state: "certificate-required", by: at, scope: mode.scope };
  return { state: "open", peer: null, by: at };
}
