import type { Match } from "../label-match.ts";
import { matchesAll } from "./checks.ts";
import type { Action, Check, CompiledPolicy, CompiledRule } from "./policy.ts";
import type { PeerTest } from "./peer-pattern.ts";
import type { ProxyRequest } from "./request.ts";

/** An external authorizer of `meshConfig.extensionProviders`; `unknown`: the mesh config is not at hand. */
export type Provider = "http" | "grpc" | "invalid" | "unknown";

export interface DecidedBy {
  readonly policy: CompiledPolicy;
  /** Position of the rule in `spec.rules`. */
  readonly rule: number;
}

/** What one proxy's authorization says (semantics 1). */
export type Decision =
  | {
      readonly verdict: "ALLOW";
      /** Null: no ALLOW policy selects the workload. */
      readonly by: DecidedBy | null;
    }
  | { readonly verdict: "DENY"; readonly cause: "deny-rule" | "provider"; readonly by: DecidedBy }
  | {
      readonly verdict: "DENY";
      readonly cause: "no-allow-rule";
      readonly considered: readonly CompiledPolicy[];
    }
  | { readonly verdict: "UNCERTAIN"; readonly needs: string; readonly by: DecidedBy };

/** The policies that one proxy enforces, sorted, and by action. Make one per list of policies and keep it. */
export interface PolicySet {
  readonly policies: readonly CompiledPolicy[];
  readonly byAction: Readonly<Record<Action, readonly CompiledPolicy[]>>;
  readonly rules: Readonly<Record<"http" | "tcp", RuleIndex>>;
}

/** The rules of one reading, by action. */
type Candidates = Readonly<Record<Action, readonly Candidate[]>>;

interface RuleIndex {
  readonly all: Candidates;
  readonly count: number;
  /** Rules that may match a peer: of many rules nearly all are about somebody else. */
  readonly byPeer: Map<string | null, Candidates>;
}

interface Candidate {
  readonly policy: CompiledPolicy;
  readonly rule: CompiledRule;
}

/** From this number of rules on, those for one peer are worth being remembered. */
const many = 24;

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Dry-run policies are left out: they are not enforced, and do not count for the default either. */
export function policySet(policies: readonly CompiledPolicy[]): PolicySet {
  const enforced = policies
    .filter((policy) => !policy.dryRun)
    .toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.resource.name, b.resource.name));
  const of = (action: Action): readonly CompiledPolicy[] =>
    enforced.filter((policy) => policy.action === action);
  const byAction = { ALLOW: of("ALLOW"), DENY: of("DENY"), AUDIT: [], CUSTOM: of("CUSTOM") };
  const index = (protocol: "http" | "tcp"): RuleIndex => {
    const rules = (action: Action): readonly Candidate[] =>
      byAction[action].flatMap((policy) => policy[protocol].map((rule) => ({ policy, rule })));
    const all = { ALLOW: rules("ALLOW"), DENY: rules("DENY"), AUDIT: [], CUSTOM: rules("CUSTOM") };
    return { all, count: all.ALLOW.length + all.DENY.length + all.CUSTOM.length, byPeer: new Map() };
  };
  return { policies: enforced, byAction, rules: { http: index("http"), tcp: index("tcp") } };
}

function peersMatch(tests: readonly PeerTest[], peer: string | null): Match {
  let open = false;
  for (const test of tests) {
    const match = test(peer);
    if (match === "no") return match;
    if (match === "unknown") open = true;
  }
  return open ? "unknown" : "yes";
}

function mayMatchPeer(rule: CompiledRule, peer: string | null): boolean {
  if (peersMatch(rule.peers, peer) === "no") return false;
  return rule.sources.length === 0 || rule.sources.some((source) => peersMatch(source.peers, peer) !== "no");
}

function candidatesFor(set: PolicySet, { protocol, peer }: ProxyRequest): Candidates {
  const { all, count, byPeer } = set.rules[protocol];
  if (count < many) return all;
  const known = byPeer.get(peer);
  if (known) return known;
  const mine = (list: readonly Candidate[]): readonly Candidate[] =>
    list.filter(({ rule }) => mayMatchPeer(rule, peer));
  const found = { ALLOW: mine(all.ALLOW), DENY: mine(all.DENY), AUDIT: [], CUSTOM: mine(all.CUSTOM) };
  byPeer.set(peer, found);
  return found;
}

/** One of several alternatives; none at all means that there is no constraint. */
function matchesSome<T>(alternatives: readonly T[], test: (alternative: T) => Match): Match {
  if (alternatives.length === 0) return "yes";
  let open = false;
  for (const alternative of alternatives) {
    const match = test(alternative);
    if (match === "yes") return match;
    if (match === "unknown") open = true;
  }
  return open ? "unknown" : "no";
}

function and(...matches: readonly Match[]): Match {
  if (matches.includes("no")) return "no";
  return matches.includes("unknown") ? "unknown" : "yes";
}

/** Whether a rule matches a request: (OR over from) AND (OR over to) AND (AND over when). */
export function matchesRule(rule: CompiledRule, request: ProxyRequest): Match {
  const operation = matchesSome(rule.operations, (checks) => matchesAll(checks, request));
  if (operation === "no") return "no";
  const condition = matchesAll(rule.conditions, request);
  if (condition === "no") return "no";
  const peer = peersMatch(rule.peers, request.peer);
  const source = matchesSome(rule.sources, ({ peers, checks }) =>
    and(peersMatch(peers, request.peer), matchesAll(checks, request)),
  );
  return and(operation, condition, peer, source);
}

function openCheck(checks: readonly Check[], request: ProxyRequest): string | null {
  return checks.find(({ test }) => test(request) === "unknown")?.needs ?? null;
}

/** What would decide a rule that is not known to match. */
function needsOf({ policy, rule }: Candidate, request: ProxyRequest): string {
  for (const checks of [
    rule.conditions,
    ...rule.operations,
    ...rule.sources.map((source) => source.checks),
  ]) {
    const needs = openCheck(checks, request);
    if (needs !== null) return needs;
  }
  return policy.ambiguous
    ? `which of the definitions of ${policy.resource.id.kind} ${policy.namespace}/${policy.resource.name} is applied`
    : "what this version of Istio makes of the rule's source";
}

interface Found {
  readonly sure: Candidate | null;
  readonly open: Candidate | null;
}

function find(candidates: readonly Candidate[], request: ProxyRequest): Found {
  let open: Candidate | null = null;
  for (const candidate of candidates) {
    const match = matchesRule(candidate.rule, request);
    if (match === "yes" && !candidate.policy.ambiguous) return { sure: candidate, open };
    if (match !== "no") open ??= candidate;
  }
  return { sure: null, open };
}

const decidedBy = ({ policy, rule }: Candidate): DecidedBy => ({ policy, rule: rule.index });

function uncertain(candidate: Candidate, needs: string): Decision {
  return { verdict: "UNCERTAIN", needs, by: decidedBy(candidate) };
}

interface CustomRules {
  /** A rule whose provider is broken: it denies. */
  readonly denying: Candidate | null;
  readonly open: Decision | null;
}

/** CUSTOM rules: the provider's answer is nobody's to guess, unless the provider is broken (semantics 1). */
function customRules(
  candidates: readonly Candidate[],
  request: ProxyRequest,
  providerOf: (name: string) => Provider,
  several: boolean,
): CustomRules {
  let open: Decision | null = null;
  for (const candidate of candidates) {
    const name = candidate.policy.provider ?? "";
    const provider = providerOf(name);
    // Several providers are broken before anything asks what they speak.
    if (provider === "http" && request.protocol === "tcp" && !several) continue;
    const match = matchesRule(candidate.rule, request);
    if (match === "no") continue;
    const broken = provider === "invalid" || several;
    if (broken && match === "yes") return { denying: candidate, open };
    const needs =
      match === "unknown" ? needsOf(candidate, request) : `the answer of provider ${JSON.stringify(name)}`;
    open ??= uncertain(
      candidate,
      provider === "unknown" ? `${needs}, and the mesh's extensionProviders` : needs,
    );
  }
  return { denying: null, open };
}

function allowDecision(set: PolicySet, candidates: readonly Candidate[], request: ProxyRequest): Decision {
  const considered = set.byAction.ALLOW;
  if (considered.length === 0) return { verdict: "ALLOW", by: null };
  const { sure, open } = find(candidates, request);
  if (sure) return { verdict: "ALLOW", by: decidedBy(sure) };
  if (open) return uncertain(open, needsOf(open, request));
  return { verdict: "DENY", cause: "no-allow-rule", considered };
}

/**
 * What a proxy's policies say to a request: CUSTOM, then DENY, then ALLOW (istio/istio
 * `pilot/pkg/security/authz/builder/builder.go`). A refusal that stands whatever the unknowns are is certain.
 * @param providerOf the external authorizers of the mesh
 */
export function decide(
  set: PolicySet,
  request: ProxyRequest,
  providerOf: (name: string) => Provider,
): Decision {
  const candidates = candidatesFor(set, request);
  const providers = new Set(set.byAction.CUSTOM.map((policy) => policy.provider));
  const custom = customRules(candidates.CUSTOM, request, providerOf, providers.size > 1);
  if (custom.denying) return { verdict: "DENY", cause: "provider", by: decidedBy(custom.denying) };
  const deny = find(candidates.DENY, request);
  if (deny.sure) return { verdict: "DENY", cause: "deny-rule", by: decidedBy(deny.sure) };
  const allowed = allowDecision(set, candidates.ALLOW, request);
  if (allowed.verdict === "DENY") return allowed;
  if (deny.open) return uncertain(deny.open, needsOf(deny.open, request));
  return custom.open ?? allowed;
}
