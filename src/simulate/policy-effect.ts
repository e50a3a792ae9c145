import type { Graph } from "../model/graph.ts";
import { idKey } from "../model/resource.ts";
import type { Resource } from "../model/resource.ts";
import { admissionProblems } from "../mesh/authorization/admission.ts";
import { actionOf, isDryRun } from "../mesh/authorization/compile.ts";
import { policyCovers, selectorCovers } from "../mesh/authorization/coverage.ts";
import { homeMesh } from "../mesh/authorization/settings.ts";
import { kinds } from "../mesh/kinds.ts";
import { oncePer } from "../mesh/memo.ts";
import type { Endpoint } from "./endpoint.ts";
import { isRevision, isRootPolicy, policyEndpoints } from "./policy-endpoints.ts";

/** Whether the webhook takes a policy, and proxies enforce it. */
function counts(policy: Resource): boolean {
  return admissionProblems(policy).length === 0 && !isDryRun(policy);
}

/** Policies that may count for the pods of a namespace; those with several definitions may say something else. */
const policiesAround = oncePer((graph: Graph, namespace: string): readonly Resource[] => {
  const home = homeMesh(graph, namespace);
  const root = home.state === "in" ? home.settings.rootNamespace : null;
  const around = graph
    .all(kinds.AuthorizationPolicy)
    .filter((policy) => policy.namespace === namespace || policy.namespace === root);
  const count = new Map<string, number>();
  for (const policy of around) count.set(idKey(policy), (count.get(idKey(policy)) ?? 0) + 1);
  return around.filter((policy) => count.get(idKey(policy)) === 1 && counts(policy));
});

/** Of two policies that cover each other the one that goes is the later by namespace and name. */
function isLater(a: Resource, b: Resource): boolean {
  const key = (policy: Resource): string => JSON.stringify([policy.namespace, policy.name]);
  return key(a) > key(b);
}

/**
 * A policy with the same action that applies to the same pods, at least, and has a rule for each of this one's rules
 * that matches whatever it matches: without this one nothing changes. Null: none shows. DENY and CUSTOM rules of
 * other providers are never compared.
 */
export function coveringPolicy(graph: Graph, policy: Resource): Resource | null {
  const action = actionOf(policy);
  if (policy.namespace === null || (action !== "ALLOW" && action !== "DENY") || !counts(policy)) return null;
  const covers = (broad: Resource, narrow: Resource): boolean =>
    (broad.namespace === narrow.namespace || isRootPolicy(graph, broad)) &&
    !(isRootPolicy(graph, narrow) && broad.namespace !== narrow.namespace) &&
    selectorCovers(broad, narrow) &&
    policyCovers(broad, narrow);
  return (
    policiesAround(graph, policy.namespace)
      .filter((other) => idKey(other) !== idKey(policy) && actionOf(other) === action)
      .filter((other) => covers(other, policy))
      .find((other) => !covers(policy, other) || isLater(policy, other)) ?? null
  );
}

/**
 * The pods that a policy selects, if none of them has a proxy that could enforce it; empty otherwise. Pods of Knative
 * Services are left out: a missing sidecar is their own finding.
 */
export function podsWithoutProxy(graph: Graph, policy: Resource): readonly Endpoint[] {
  const { selected, open } = policyEndpoints(graph, policy);
  const bare = selected.every((endpoint) => endpoint.sidecar.state === "no" && !isRevision(endpoint));
  return bare && open.length === 0 && !isRootPolicy(graph, policy) ? selected : [];
}
