import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isAssumed } from "../model/profile.ts";
import { formatPath, type Path } from "../model/value.ts";
import { policyFields } from "./authorization/fields.ts";
import { homeMesh } from "./authorization/settings.ts";
import { once } from "./memo.ts";
import { sharedPolicies } from "./tenant-groups.ts";

const fullHost = /^\*\.[^.*]+\.svc\.(.+)$/;

/** The cluster domain in the hosts of a policy, with the places that name it. */
function hostDomains(
  policy: Resource,
): readonly { readonly domain: string; readonly text: string; readonly path: Path }[] {
  return [...policyFields(policy)]
    .filter(({ name, negated }) => name === "hosts" && !negated)
    .flatMap(({ values }) => values)
    .flatMap(({ text, path }) => {
      const domain = fullHost.exec(text)?.[1];
      return domain === undefined ? [] : [{ domain, text, path }];
    });
}

/** The cluster's domain as far as it is known; where it would only be assumed, the one that policies agree about. */
export const clusterDomainOf = once((graph: Graph): string => {
  const { profile } = graph;
  if (!isAssumed(profile, "clusterDomain")) return profile.clusterDomain;
  const found = new Set(
    sharedPolicies(graph)
      .flatMap(hostDomains)
      .map(({ domain }) => domain),
  );
  const [only, ...others] = found;
  return only !== undefined && others.length === 0 ? only : profile.clusterDomain;
});

/** A principal of a policy that names another trust domain than the mesh has. */
export interface StrangePrincipal {
  readonly text: string;
  readonly path: Path;
  /** Of the list that it stands in. */
  readonly list: Path;
  readonly domain: string;
  /** The mesh's own. */
  readonly actual: string;
  /** The text with the mesh's own. */
  readonly right: string;
  /** Istio takes `cluster.local` in a whole principal for the mesh's own (`pilot/pkg/security/trustdomain/bundle.go`). */
  readonly holds: boolean;
}

/** The trust domains of the mesh of a namespace; null: they are not known. */
export function trustDomainsOf(graph: Graph, namespace: string): readonly string[] | null {
  const home = homeMesh(graph, namespace);
  if (home.state === "in" && home.settings.mesh.controlPlanes.length > 0) return home.settings.trustDomains;
  return isAssumed(graph.profile, "trustDomain") ? null : [graph.profile.trustDomain];
}

function strangePrincipals(policy: Resource, trustDomains: readonly string[]): readonly StrangePrincipal[] {
  const [actual = ""] = trustDomains;
  return [...policyFields(policy)]
    .filter(({ name }) => name === "principals")
    .flatMap(({ values }) => values)
    .flatMap(({ text, path }) => {
      const segments = text.split("/");
      const [domain = ""] = segments;
      if (segments.length < 2 || domain.includes("*") || trustDomains.includes(domain)) return [];
      const right = text.replace(domain, actual);
      const holds = domain === "cluster.local" && segments.length === 5;
      return [{ text, path, list: path.slice(0, -1), domain, actual, right, holds }];
    });
}

/** The principals with another trust domain than the mesh has, by the list that they stand in. */
export function strangeLists(
  policy: Resource,
  trustDomains: readonly string[],
): readonly (readonly [StrangePrincipal, ...StrangePrincipal[]])[] {
  const lists = new Map<string, [StrangePrincipal, ...StrangePrincipal[]]>();
  for (const principal of strangePrincipals(policy, trustDomains)) {
    const key = formatPath(principal.list);
    const others = lists.get(key);
    if (others) others.push(principal);
    else lists.set(key, [principal]);
  }
  return [...lists.values()];
}

/** A host of a policy that ends in another domain than the cluster's. */
export interface StrangeHost {
  readonly text: string;
  readonly path: Path;
  readonly domain: string;
  /** The text with the cluster's own. */
  readonly right: string;
}

export function strangeHosts(policy: Resource, clusterDomain: string): readonly StrangeHost[] {
  return hostDomains(policy)
    .filter(({ domain }) => domain !== clusterDomain)
    .map((host) => ({ ...host, right: host.text.slice(0, -host.domain.length) + clusterDomain }));
}
