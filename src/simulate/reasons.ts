import type { DecidedBy, Decision } from "../mesh/authorization/decide.ts";
import type { CompiledPolicy } from "../mesh/authorization/policy.ts";
import type { ProxyRequest } from "../mesh/authorization/request.ts";
import type { Place } from "../mesh/field.ts";
import type { HopAnswer } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";

function policyName({ resource }: CompiledPolicy): string {
  return `AuthorizationPolicy ${resource.namespace ?? ""}/${resource.name}`;
}

function placeOf({ policy, rule }: DecidedBy): Place {
  return { resource: policy.resource, path: ["spec", "rules", rule] };
}

function ruleName({ policy, rule }: DecidedBy): string {
  return `rule ${rule + 1} of ${policyName(policy)}`;
}

/** A policy as a whole: its rules, or its spec where it has none. */
function wholePolicy(policy: CompiledPolicy): Place {
  return { resource: policy.resource, path: ["spec", "rules"] };
}

/** `team-alpha-1/default` of a certificate, or what its absence means. */
export function peerName(peer: string | null): string {
  const match = peer === null ? null : /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(peer);
  return match ? `${match[1] ?? ""}/${match[2] ?? ""}` : "a caller without identity";
}

function requestName(request: ProxyRequest): string {
  if (request.protocol === "tcp") return `port ${request.port}`;
  return `${request.method} ${request.host ?? "(an address)"}${request.path}`;
}

interface Considered {
  readonly places: readonly Place[];
  /** For a sentence: the first of them. */
  readonly names: string;
}

const known = new WeakMap<readonly CompiledPolicy[], Considered>();

/** The policies that had a say; the same list of policies is asked about again and again. */
function consideredOf(policies: readonly CompiledPolicy[]): Considered {
  const old = known.get(policies);
  if (old) return old;
  const most = 3;
  const first = policies.slice(0, most).map(policyName).join(", ");
  const names = policies.length <= most ? first : `${first} and ${policies.length - most} more`;
  const made = { places: policies.map(wholePolicy), names };
  known.set(policies, made);
  return made;
}

/** A policy's decision as the answer of a hop. */
export function decisionAnswer(decision: Decision, request: ProxyRequest, to: Endpoint): HopAnswer {
  const base = { considered: [], remedy: null, by: null };
  const refused = request.protocol === "http" ? 403 : null;
  if (decision.verdict === "ALLOW") {
    if (decision.by === null) {
      const because = `no ALLOW policy selects ${to.name}`;
      return { ...base, verdict: "ALLOW", status: 200, reason: "no-policy", because };
    }
    const because = `${ruleName(decision.by)} allows it`;
    return { ...base, verdict: "ALLOW", status: 200, reason: "policy", because, by: placeOf(decision.by) };
  }
  if (decision.verdict === "UNCERTAIN") {
    return {
      ...base,
      verdict: "UNCERTAIN",
      status: null,
      reason: "policy",
      because: `${ruleName(decision.by)} depends on ${decision.needs}`,
      by: placeOf(decision.by),
      remedy: `make known ${decision.needs}`,
    };
  }
  if (decision.cause === "no-allow-rule") {
    const { places, names } = consideredOf(decision.considered);
    const who = `${peerName(request.peer)} for ${requestName(request)}`;
    const [first] = places;
    return {
      verdict: "DENY",
      status: refused,
      reason: "policy",
      because: `no ALLOW rule matches ${who} (${names})`,
      by: first ?? null,
      considered: places,
      remedy: `an ALLOW rule for ${to.name} that matches ${who}`,
    };
  }
  const because =
    decision.cause === "provider"
      ? `${ruleName(decision.by)} matches, and its provider is not one that the mesh can ask`
      : `${ruleName(decision.by)} denies it`;
  const remedy =
    decision.cause === "provider"
      ? `the provider of ${policyName(decision.by.policy)} in the mesh's extensionProviders`
      : `narrow ${ruleName(decision.by)}`;
  return {
    ...base,
    verdict: "DENY",
    status: refused,
    reason: "policy",
    because,
    by: placeOf(decision.by),
    remedy,
  };
}
