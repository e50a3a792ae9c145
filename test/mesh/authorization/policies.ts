import { compilePolicy } from "../../../src/mesh/authorization/compile.ts";
import { decide, policySet } from "../../../src/mesh/authorization/decide.ts";
import type { Decision, Provider } from "../../../src/mesh/authorization/decide.ts";
import { requestPath } from "../../../src/mesh/authorization/path.ts";
import { currentIstio } from "../../../src/mesh/authorization/policy.ts";
import type { PolicySettings } from "../../../src/mesh/authorization/policy.ts";
import { spiffe } from "../../../src/mesh/authorization/request.ts";
import type { ProxyRequest } from "../../../src/mesh/authorization/request.ts";
import { graphOf } from "../../support/graph.ts";

/** A caller `namespace/account` of the mesh's own trust domain. */
export function caller(text: string, domain = "cluster.local"): string {
  const [namespace = "", account = "default"] = text.split("/");
  return spiffe(domain, namespace, account);
}

export function request(
  changes: Omit<Partial<ProxyRequest>, "headers"> & {
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): ProxyRequest {
  const { headers = {}, path = "/", ...rest } = changes;
  return {
    protocol: "http",
    peer: caller("team-alpha-1"),
    sourceIp: undefined,
    remoteIp: undefined,
    port: 8080,
    sni: undefined,
    host: "orders.team-bravo-1",
    method: "GET",
    path: requestPath(path, "BASE"),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    claims: null,
    ...rest,
  };
}

/** What policies in namespace team-bravo-1 say; each text is a policy's `spec` in YAML, flow or block. */
export function decision(
  specs: readonly string[],
  changes: Parameters<typeof request>[0] = {},
  settings: Partial<PolicySettings> = {},
  providerOf: (name: string) => Provider = () => "invalid",
): Decision {
  const text = specs
    .map((spec, index) => {
      const annotated = spec.startsWith("dry ");
      const body = annotated ? spec.slice(4) : spec;
      const annotations = annotated ? `, annotations: {istio.io/dry-run: "true"}` : "";
      return [
        "apiVersion: security.istio.io/v1",
        "kind: AuthorizationPolicy",
        `metadata: {name: p${index}, namespace: team-bravo-1${annotations}}`,
        `spec: ${body}`,
      ].join("\n");
    })
    .join("\n---\n");
  const graph = graphOf(text);
  const policies = graph
    .all("AuthorizationPolicy.security.istio.io")
    .map((resource) => compilePolicy(resource, { ...currentIstio, ...settings }));
  return decide(policySet(policies), request(changes), providerOf);
}

export function verdict(...parameters: Parameters<typeof decision>): string {
  return decision(...parameters).verdict;
}
