import { replaceScalars } from "../../src/fix/edits.ts";
import { isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { strangeHosts, strangeLists, trustDomainsOf } from "../../src/mesh/tenant-domains.ts";
import type { StrangeHost, StrangePrincipal } from "../../src/mesh/tenant-domains.ts";
import { ownTenantPolicies } from "../../src/mesh/tenant-groups.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isAssumed } from "../../src/model/profile.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, notApplicable } from "../../src/rule/define.ts";
import { remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Writes all texts into their places, or says how the first of them should be. */
function correct(
  policy: Resource,
  all: readonly (StrangePrincipal | StrangeHost)[],
): ReturnType<typeof remedy> {
  const others = all.length > 1 ? ", and the others likewise" : "";
  const edits = replaceScalars(all.map(({ path, right }) => ({ resource: policy, path, value: right })));
  return remedy(`write ${all[0]?.right ?? ""}${others}`, "review", edits);
}

function* checkPrincipals(policy: Resource, graph: Graph): Generator<Judgement> {
  const known = trustDomainsOf(graph, policy.namespace ?? "");
  for (const strange of strangeLists(policy, known ?? [graph.profile.trustDomain])) {
    if (known === null) {
      yield undecided("the trust domain of the mesh");
      continue;
    }
    const [{ text, path, list, domain, actual, holds }] = strange;
    const message = `${JSON.stringify(text)} names trust domain ${domain}, the mesh's is ${actual}`;
    yield fail(
      at(policy, ...path),
      holds ? `${message}; Istio takes ${domain} for the mesh's own` : `${message}: nobody has this identity`,
      {
        ...(holds && { severity: "info" as const }),
        explains: list,
        ...correct(policy, strange),
      },
    );
  }
}

function* checkHosts(policy: Resource, { profile }: Graph): Generator<Judgement> {
  const wrong = strangeHosts(policy, profile.clusterDomain);
  const [first] = wrong;
  if (first === undefined) return;
  if (isAssumed(profile, "clusterDomain")) return yield undecided("the cluster's domain");
  yield fail(
    at(policy, ...first.path),
    `${JSON.stringify(first.text)} ends in ${first.domain}, the cluster's domain is ${profile.clusterDomain}: calls by full names are refused`,
    { explains: first.path.slice(0, -1), ...correct(policy, wrong) },
  );
}

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
    return found.state === "no" ? notApplicable(found.why) : ownTenantPolicies(graph);
  },
  *check(policy, graph) {
    yield* checkPrincipals(policy, graph);
    yield* checkHosts(policy, graph);
  },
});
