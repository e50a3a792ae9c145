import type { Match } from "../label-match.ts";
import { dottedGlob, glob } from "./text-pattern.ts";
import type { TextTest } from "./text-pattern.ts";

/** A test of the peer's URI SAN; null stands for a peer without certificate, which no pattern matches. */
export type PeerTest = (peer: string | null) => Match;

const withPeer =
  (test: (peer: string) => Match): PeerTest =>
  (peer) =>
    peer === null ? "no" : test(peer);

const exactly =
  (test: TextTest): ((peer: string) => Match) =>
  (peer) =>
    test(peer) ? "yes" : "no";

/** What a regular expression reads otherwise than a literal; a star is told apart. */
const special = /[\\^$.|?+()[\]{}]/;

/**
 * Older Istio put values into regular expressions without quoting them (semantics 10): with special characters only a
 * literal match is certain. A dot alone is any character: what does not even match so is certain too.
 */
function unquoted(pattern: string, prefix: string, suffix: string): (peer: string) => Match {
  const literal = glob(`${prefix}${pattern}${suffix}`);
  if (!special.test(pattern)) return exactly(literal);
  if (special.test(pattern.replaceAll(".", ""))) return () => "unknown";
  const dotted = dottedGlob(`${prefix}${pattern}${suffix}`);
  return (peer) => {
    if (literal(peer)) return "yes";
    return dotted(peer) ? "unknown" : "no";
  };
}

/**
 * `source.namespaces` (istio/istio `pilot/pkg/security/authz/model/generator.go` srcNamespaceGenerator): a whole
 * segment after `/ns/`, every star any run of characters, slashes included; the trust domain does not count.
 * @param quoted whether this Istio quotes the other characters of regular expressions
 */
export function namespacePattern(pattern: string, quoted: boolean): PeerTest {
  return withPeer(quoted ? exactly(glob(`*/ns/${pattern}/*`)) : unquoted(pattern, "*/ns/", "/*"));
}

/**
 * `source.principals` without `spiffe://` (srcPrincipalGenerator): `*` is any authenticated peer, a star in the
 * middle is literal.
 */
export function principalPattern(pattern: string, quoted: boolean): PeerTest {
  if (pattern === "*") return withPeer(() => "yes");
  if (pattern.startsWith("*")) {
    const rest = pattern.slice(1);
    if (!quoted) return withPeer(unquoted(rest, "spiffe://*", ""));
    return withPeer((peer) => (peer.startsWith("spiffe://") && peer.slice(9).endsWith(rest) ? "yes" : "no"));
  }
  if (pattern.endsWith("*")) {
    const prefix = `spiffe://${pattern.slice(0, -1)}`;
    return withPeer(exactly((peer) => peer.startsWith(prefix)));
  }
  const exact = `spiffe://${pattern}`;
  return withPeer(exactly((peer) => peer === exact));
}

/** `source.serviceAccounts`: `SA` of the policy's own namespace, or `NS/SA`; no wildcards. */
export function serviceAccountPattern(pattern: string, policyNamespace: string): PeerTest {
  const slash = pattern.indexOf("/");
  const namespace = slash < 0 ? policyNamespace : pattern.slice(0, slash);
  const account = slash < 0 ? pattern : pattern.slice(slash + 1);
  return withPeer(
    exactly((peer) => {
      const path = peer.split("/").slice(3);
      const ns = path.findIndex((part, index) => part === "ns" && path[index + 1] === namespace);
      if (ns < 0) return false;
      return path.some((part, index) => index >= ns + 2 && part === "sa" && path[index + 1] === account);
    }),
  );
}

/** `source.trustDomains`: a whole trust domain; a star spans no slash. */
export function trustDomainPattern(pattern: string): PeerTest {
  const test = glob(pattern);
  // `spiffe://TD/…`: certificates of a mesh have no other form.
  return withPeer(exactly((peer) => test(peer.split("/")[2] ?? "")));
}

/** The trust domains of a mesh: its own first, then the aliases. */
export type TrustDomains = readonly [string, ...string[]];

function overlaps(pattern: string, domain: string): boolean {
  if (pattern === domain || domain === "*") return true;
  if (pattern.startsWith("*") && domain.endsWith(pattern.slice(1))) return true;
  if (pattern.endsWith("*") && domain.startsWith(pattern.slice(0, -1))) return true;
  if (domain.startsWith("*") && pattern.endsWith(domain.slice(1))) return true;
  return domain.endsWith("*") && pattern.startsWith(domain.slice(0, -1));
}

/**
 * The principals that a value stands for (istio/istio `pilot/pkg/security/trustdomain/bundle.go`): with exactly five
 * segments, the first of which is this mesh's trust domain, an alias, or the placeholder `cluster.local`, one per
 * trust domain of the mesh; anything else is itself.
 */
export function withTrustDomains(principal: string, domains: TrustDomains): readonly string[] {
  const [first = "", ...rest] = principal.split("/");
  if (rest.length !== 4 || first === "*") return [principal];
  const mine = first === "cluster.local" || domains.some((domain) => overlaps(first, domain));
  if (!mine) return [principal];
  const expanded = domains.map((domain) => {
    const kept = first.startsWith("*") && domain.endsWith(first.slice(1));
    return kept ? principal : [domain, ...rest].join("/");
  });
  return [...new Set(expanded)];
}
