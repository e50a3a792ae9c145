import { replaceScalar } from "../../src/fix/edits.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { hostDomains, strangePrincipals, trustDomainsOf } from "../../src/mesh/tenant-domains.ts";
import { groupOf, sharedNamespaces } from "../../src/mesh/tenant-groups.ts";
import type { Edit } from "../../src/model/finding.ts";
import { isAssumed } from "../../src/model/profile.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Writes all texts into their places; null if one cannot be written. */
function writeAll(policy: Resource, texts: readonly (readonly [Path, string])[]): readonly Edit[] | null {
  const edits = texts.map(([path, text]) => replaceScalar(policy, path, text));
  return edits.includes(null) ? null : edits.flatMap((edit) => edit ?? []);
}

const andOthers = (count: number): string => (count > 1 ? ", and the others likewise" : "");

export const rule = defineRule({
  id: "tenant/trust-domain-mismatch",
  summary: "Policies name another trust domain or cluster domain than mesh and cluster have.",
  severity: "error",
  varies: true,
  category: "availability",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/knative-istio-authz-chart templates",
    "istio/istio pilot/pkg/security/trustdomain/bundle.go",
  ],
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  subjects(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    return graph
      .own(kinds.AuthorizationPolicy)
      .filter(
        ({ namespace }) =>
          namespace !== null &&
          (sharedNamespaces.includes(namespace) || groupOf(graph, namespace) !== undefined),
      );
  },
  *check(policy, graph) {
    const { profile } = graph;
    const known = trustDomainsOf(graph, policy.namespace ?? "");
    const seen = new Set<string>();
    const strange = strangePrincipals(policy, known ?? [profile.trustDomain]);
    for (const { text, path, list, domain, actual, holds } of strange) {
      if (known === null) {
        yield undecided("the trust domain of the mesh");
        continue;
      }
      if (seen.has(list.join("/"))) continue;
      seen.add(list.join("/"));
      const right = text.replace(domain, actual);
      const same = strange.filter((other) => other.list.join("/") === list.join("/"));
      const edits = writeAll(
        policy,
        same.map((other) => [other.path, other.text.replace(other.domain, other.actual)]),
      );
      const message = `${JSON.stringify(text)} names trust domain ${domain}, the mesh's is ${actual}`;
      yield fail(
        at(policy, ...path),
        holds
          ? `${message}; Istio takes ${domain} for the mesh's own`
          : `${message}: nobody has this identity`,
        {
          ...(holds ? { severity: "info" as const } : {}),
          explains: list,
          ...remedy(`write ${right}${andOthers(same.length)}`, "review", edits),
        },
      );
    }
    const wrong = hostDomains(policy).filter(({ domain }) => domain !== profile.clusterDomain);
    const [first] = wrong;
    if (first === undefined) return;
    if (isAssumed(profile, "clusterDomain")) return yield undecided("the cluster's domain");
    const texts = wrong.map(({ path, domain }) => {
      const written = String(valueAt(policy.value, path));
      return { written, path, right: written.slice(0, -domain.length) + profile.clusterDomain };
    });
    const [{ written, right } = { written: "", right: "" }] = texts;
    const edits = writeAll(
      policy,
      texts.map((entry) => [entry.path, entry.right]),
    );
    yield fail(
      at(policy, ...first.path),
      `${JSON.stringify(written)} ends in ${first.domain}, the cluster's domain is ${profile.clusterDomain}: calls by full names are refused`,
      {
        explains: first.path.slice(0, -1),
        ...remedy(`write ${right}${andOthers(texts.length)}`, "review", edits),
      },
    );
  },
});
