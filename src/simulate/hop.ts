import type { Graph } from "../model/graph.ts";
import { label } from "../model/resource.ts";
import type { Mapping } from "../model/value.ts";
import { decide } from "../mesh/authorization/decide.ts";
import type { Decision } from "../mesh/authorization/decide.ts";
import { requestPath } from "../mesh/authorization/path.ts";
import type { ProxyRequest } from "../mesh/authorization/request.ts";
import { checkToken } from "../mesh/authorization/request-authentication.ts";
import type { PolicySet } from "../mesh/authorization/decide.ts";
import { policiesFor } from "../mesh/authorization/selection.ts";
import { once } from "../mesh/memo.ts";
import type { MeshSettings } from "../mesh/authorization/settings.ts";
import { passes } from "./answer.ts";
import type { Hop, HopAnswer } from "./answer.ts";
import { connect, connectBare } from "./connection.ts";
import type { Client, Connection, ServicePath } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { exclusion } from "./endpoint.ts";
import { labelsOfCaller, network } from "./network.ts";
import { readingsOf } from "./port-reading.ts";
import { serverMode } from "./server-mode.ts";
import { decisionAnswer } from "./reasons.ts";

/** A request on its way to one pod. */
export interface Arrival {
  readonly client: Client;
  readonly to: Endpoint;
  /** Port of the pod. */
  readonly port: number;
  readonly service: ServicePath | null;
  readonly method: string;
  /** Undefined: an address. */
  readonly host: string | undefined;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string | undefined>;
  readonly token: Mapping | null;
  readonly sourceIp: string | undefined;
  readonly remoteIp: string | undefined;
  readonly sni: string | undefined;
  readonly features: ReadonlySet<string>;
  /** A gateway's server decides about TLS itself. */
  readonly connection?: Connection | undefined;
  /** From outside the cluster: no NetworkPolicy of the mesh is asked. */
  readonly fromOutside?: boolean;
}

/** The settings of a mesh with the features that a call takes for granted. */
export function withFeatures(settings: MeshSettings, features: ReadonlySet<string>): MeshSettings {
  if (features.size === 0) return settings;
  return {
    ...settings,
    pathTemplates: features.has("pathTemplates") ? "yes" : settings.pathTemplates,
    serviceAccounts: features.has("serviceAccounts") ? "yes" : settings.serviceAccounts,
    trustDomainsField: features.has("trustDomains") ? "yes" : settings.trustDomainsField,
  };
}

export function answer(
  verdict: HopAnswer["verdict"],
  reason: HopAnswer["reason"],
  because: string,
  more: Partial<HopAnswer> = {},
): HopAnswer {
  const status = verdict === "ALLOW" ? 200 : null;
  return { verdict, reason, because, status, by: null, considered: [], remedy: null, ...more };
}

export const uncertain = (needs: string, more: Partial<HopAnswer> = {}): HopAnswer =>
  answer("UNCERTAIN", "unknown", `it depends on ${needs}`, { remedy: `make known ${needs}`, ...more });

/** What a connection says that no proxy of the server, or a refusing one, answers; null: policies decide. */
function connectionAnswer(connection: Connection, arrival: Arrival): HopAnswer | null {
  const { client, to } = arrival;
  // A proxy answers its application with 503 where the connection behind it fails; others see it end.
  const status = client.sidecar === true ? 503 : null;
  switch (connection.state) {
    case "open":
      return null;
    case "unknown":
      return uncertain(connection.needs);
    case "mismatch":
      return answer("DENY", "mtls", connection.because, {
        status: 503,
        by: connection.by,
        remedy: connection.remedy,
      });
    case "certificate-required":
      return answer(
        "MTLS_REQUIRED",
        "mtls",
        `${to.name} takes mutual TLS only, and ${client.name} sends plaintext`,
        {
          status,
          by: connection.by,
          remedy: `give ${client.name} a sidecar, or let ${to.name} take plaintext (PERMISSIVE)`,
        },
      );
  }
}

const serverNames = new WeakMap<ServicePath, string>();

/** What a mesh client sends (istio/istio `pilot/pkg/model/service.go` BuildDNSSrvSubsetKey). */
function sniOf(arrival: Arrival, peer: string | null): string | null | undefined {
  if (arrival.sni !== undefined) return arrival.sni;
  if (peer === null) return null;
  const { service } = arrival;
  if (service === null) return undefined;
  const known = serverNames.get(service) ?? `outbound_.${service.port}_._.${service.host}`;
  serverNames.set(service, known);
  return known;
}

const policySets = once(() => new Map<Endpoint, PolicySet>());

/** The policies that a pod's proxy enforces; looked up once where no call asks for a feature of its own. */
function enforced(graph: Graph, to: Endpoint, settings: MeshSettings): PolicySet {
  if (settings !== to.settings) return policiesFor(graph, to, settings);
  const known = policySets(graph);
  const old = known.get(to);
  if (old) return old;
  const set = policiesFor(graph, to, settings);
  known.set(to, set);
  return set;
}

/** What the policies of a pod's proxy say about an open connection. */
function policyAnswer(
  graph: Graph,
  arrival: Arrival,
  settings: MeshSettings,
  peer: string | null,
): HopAnswer {
  const { to, port, token } = arrival;
  const isHttp = arrival.method !== "" || arrival.path !== "";
  const answers = readingsOf(graph, to, port, arrival.service, isHttp).map((protocol): HopAnswer => {
    const checked = protocol === "http" ? checkToken(graph, to, settings, token) : { state: "none" as const };
    if (checked.state === "refused") {
      const by = { resource: checked.by, path: ["spec", "jwtRules"] };
      const remedy = "send a token that the RequestAuthentication takes";
      const because = `${label(checked.by)} refuses the token: ${checked.why}`;
      return answer("DENY", "token", because, { status: checked.status, by, remedy });
    }
    const request: ProxyRequest = {
      protocol,
      peer,
      sourceIp: arrival.sourceIp,
      remoteIp: arrival.remoteIp,
      port,
      sni: sniOf(arrival, peer),
      host: arrival.host,
      method: arrival.method,
      path: requestPath(arrival.path, settings.normalization),
      headers: arrival.headers,
      claims: checked.state === "valid" ? checked.claims : null,
    };
    const decision: Decision = decide(enforced(graph, to, settings), request, settings.providerOf);
    return decisionAnswer(decision, request, to);
  });
  const [first, second] = answers;
  if (first === undefined) return answer("ALLOW", "no-policy", "nothing reads it");
  if (second === undefined || second.verdict === first.verdict) return first;
  return uncertain(`whether ${to.name} reads port ${port}, which is in no Service, as HTTP or TCP`, {
    by: first.by,
  });
}

/** What a pod says, and the identity that its proxy sees. */
interface Said {
  readonly answer: HopAnswer;
  readonly peer: string | null;
}

const anonymous = (said: HopAnswer): Said => ({ answer: said, peer: null });

function connectionTo(graph: Graph, arrival: Arrival): Connection {
  const { client, to, port, service } = arrival;
  return arrival.connection ?? connect(graph, client, to, service, serverMode(graph, to, port));
}

/** What the pod's proxy says, if it has one and sees the traffic. */
function proxied(graph: Graph, arrival: Arrival): Said {
  const { to, port } = arrival;
  const excluded = exclusion(graph, to, port);
  if (excluded.state === "unknown") return anonymous(uncertain(excluded.needs));
  const connection = connectionTo(graph, arrival);
  if (excluded.state === "yes") {
    if (connection.state === "open" && connection.peer !== null) {
      const needs = `what ${to.name} makes of mutual TLS on port ${port}, which its proxy leaves alone`;
      return anonymous(uncertain(needs, { by: excluded.by }));
    }
    const because = `port ${port} bypasses the sidecar: neither mTLS nor policies apply`;
    return anonymous(answer("ALLOW", "excluded-port", because, { by: excluded.by }));
  }
  const refused = connectionAnswer(connection, arrival);
  if (refused !== null || connection.state !== "open")
    return anonymous(refused ?? uncertain("the connection"));
  const { peer } = connection;
  if (to.settings === null) {
    return { answer: answer("ALLOW", "no-policy", "no mesh is known that has policies for it"), peer };
  }
  return { answer: policyAnswer(graph, arrival, withFeatures(to.settings, arrival.features), peer), peer };
}

function bare(graph: Graph, arrival: Arrival, why: string): Said {
  const { client, to, service } = arrival;
  const refused = connectionAnswer(connectBare(graph, client, to, service), arrival);
  if (refused !== null) return anonymous(refused);
  const by = to.sidecar.state === "unknown" ? null : to.sidecar.at;
  const because = `${to.name} has no sidecar (${why}): nothing is enforced`;
  return anonymous(answer("ALLOW", "no-sidecar", because, { by }));
}

function meshAnswer(graph: Graph, arrival: Arrival): Said {
  const { sidecar } = arrival.to;
  if (sidecar.state !== "unknown") {
    return sidecar.state === "yes" ? proxied(graph, arrival) : bare(graph, arrival, sidecar.why);
  }
  const [withProxy, without] = [proxied(graph, arrival), bare(graph, arrival, "")];
  if (withProxy.answer.verdict === without.answer.verdict) return withProxy;
  return { ...withProxy, answer: uncertain(sidecar.needs, { by: withProxy.answer.by }) };
}

function networkAnswer(graph: Graph, arrival: Arrival): HopAnswer | null {
  const { client, to, port } = arrival;
  if (arrival.fromOutside === true) return null;
  const from = { namespace: client.namespace, labels: labelsOfCaller(client.labels) };
  const found = network(graph, from, to, port);
  if (found.state === "open") return null;
  const by = found.by[0] ?? null;
  const remedy = `admit ${client.namespace} with a NetworkPolicy in ${to.namespace}`;
  if (found.state === "unknown") return uncertain(found.needs, { by, reason: "network" });
  return answer("DENY", "network", `${found.because}: the call times out`, {
    by,
    considered: found.by,
    remedy,
  });
}

/** What becomes of a request at one pod. NetworkPolicies come last: a refusal of the mesh is the better reason. */
export function evaluateHop(graph: Graph, arrival: Arrival): Hop {
  const { to, port, host } = arrival;
  const { answer: mesh, peer } = meshAnswer(graph, arrival);
  const blocked = passes(mesh) ? networkAnswer(graph, arrival) : null;
  const decided =
    blocked !== null && (blocked.verdict === "DENY" || mesh.verdict === "ALLOW") ? blocked : mesh;
  return { ...decided, role: to.role, at: to.name, peer, host: host ?? null, port };
}
