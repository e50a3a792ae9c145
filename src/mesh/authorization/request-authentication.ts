import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Mapping } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { textsOf } from "./compile.ts";
import { appliesTo } from "./selection.ts";
import type { ProxyWorkload } from "./selection.ts";
import { byNamespace } from "./settings.ts";
import type { MeshSettings } from "./settings.ts";

/** What a proxy makes of a request's token. */
export type TokenCheck =
  | { readonly state: "none" }
  /** `forwarded`: the next hop sees the token too. */
  | { readonly state: "valid"; readonly claims: Mapping; readonly forwarded: boolean }
  | { readonly state: "refused"; readonly status: 401 | 403; readonly by: Resource; readonly why: string };

const resources = byNamespace((graph) => graph.all(kinds.RequestAuthentication));

interface TokenRule {
  readonly resource: Resource;
  readonly rule: Mapping;
}

function rulesFor(graph: Graph, workload: ProxyWorkload, settings: MeshSettings): readonly TokenRule[] {
  const namespaces = new Set([workload.namespace, settings.rootNamespace]);
  return [...namespaces]
    .flatMap((namespace) => (namespace === null ? [] : (resources(graph).get(namespace) ?? [])))
    .filter((resource) => appliesTo(resource, workload) === "yes")
    .flatMap((resource) => {
      const rules = valueAt(resource.value, ["spec", "jwtRules"]);
      return (isList(rules) ? rules : []).filter(isMapping).map((rule) => ({ resource, rule }));
    });
}

/**
 * Whether a proxy takes a token whose signature is right (istio/istio `pilot/pkg/security/authn/policy_applier.go`
 * convertToEnvoyJwtConfig): without a RequestAuthentication nobody looks at it; with one, a request without token
 * passes, one with a token of another issuer does not.
 * @param token the token's payload, or null
 */
export function checkToken(
  graph: Graph,
  workload: ProxyWorkload,
  settings: MeshSettings,
  token: Mapping | null,
): TokenCheck {
  if (token === null) return { state: "none" };
  const rules = rulesFor(graph, workload, settings);
  const [first] = rules;
  if (!first) return { state: "none" };
  const mine = rules.filter(({ rule }) => rule.issuer === token.iss);
  const [issuer] = mine;
  if (!issuer) {
    return { state: "refused", status: 401, by: first.resource, why: "it takes no token of this issuer" };
  }
  const audiences = Array.isArray(token.aud) ? textsOf(token.aud) : textsOf([token.aud ?? null]);
  const fitting = mine.find(({ rule }) => {
    const wanted = textsOf(rule.audiences);
    return wanted.length === 0 || wanted.some((audience) => audiences.includes(audience));
  });
  if (!fitting) {
    return { state: "refused", status: 403, by: issuer.resource, why: "the token is for another audience" };
  }
  return { state: "valid", claims: token, forwarded: fitting.rule.forwardOriginalToken === true };
}
