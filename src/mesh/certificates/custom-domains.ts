import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { readString, readText, valueOr } from "../field.ts";
import { ownKnativeGateways, knativeUses } from "../gateway-scope.ts";
import { serversOf } from "../gateway-servers.ts";
import { parseBool } from "../go-values.ts";
import { parseGatewayHost } from "../hosts.ts";
import { kinds } from "../kinds.ts";
import { knativeGateways } from "../knative-gateways.ts";
import { once } from "../memo.ts";
import { configMap, configValue } from "../operator-config.ts";
import { knativeServices } from "../services.ts";
import { baseDomains, isBelow } from "./base-domains.ts";

/** What is wrong with a host outside the domain of the cluster. */
export type DomainFlaw =
  | {
      readonly state: "wrong";
      readonly path: Path;
      readonly message: string;
      readonly advice: string;
      readonly other?: { readonly resource: Resource; readonly path: Path };
    }
  | { readonly state: "unknown"; readonly needs: string };

const unknown = (needs: string): DomainFlaw => ({ state: "unknown", needs });

/** Whether somebody has to make ClusterDomainClaims; text: what would tell. */
const claimsAreMade = once((graph: Graph): boolean | string => {
  const answers = graph.all(kinds.KnativeServing).map((serving): boolean | string => {
    const keys = ["autocreate-cluster-domain-claims", "autocreateClusterDomainClaims"];
    const found = configValue(serving, "network", ...keys);
    if (found.state === "unknown") return found.why;
    if (found.state === "value") return parseBool(found.value) ?? found.key;
    const map = configMap(serving, "network");
    // The operator writes "true" under the short name; with the full one Knative's own default, false, counts.
    return !(map.state === "value" && map.value.full);
  });
  const [first] = answers;
  return first === undefined || answers.some((answer) => answer !== first)
    ? "the KnativeServing, which says who makes ClusterDomainClaims"
    : first;
});

/** A DomainMapping without the claim that lets its namespace use the name. */
export function claimFlaw(graph: Graph, mapping: Resource): DomainFlaw | null {
  const { name, namespace } = mapping;
  if (isUnknown(name)) return unknown("the name of the DomainMapping");
  const claims = graph.named(kinds.ClusterDomainClaim, null, name);
  const path = ["metadata", "name"];
  for (const claim of claims) {
    const owner = readString(claim, ["spec", "namespace"]);
    if (owner.state !== "value" || namespace === null || owner.value === namespace) continue;
    return {
      state: "wrong",
      path: ["metadata", "namespace"],
      message: `the ClusterDomainClaim ${name} gives the name to namespace ${owner.value}, and the DomainMapping is in ${namespace}`,
      advice: `move the DomainMapping to ${owner.value}, or change the claim's namespace`,
      other: { resource: claim, path: ["spec", "namespace"] },
    };
  }
  if (claims.length > 0) return null;
  const made = claimsAreMade(graph);
  if (typeof made === "string") return unknown(made);
  if (made) return null;
  if (!graph.owns("serverless")) return unknown(`the ClusterDomainClaim ${name}`);
  return {
    state: "wrong",
    path,
    message: `there is no ClusterDomainClaim ${name}, and Knative makes none by itself (autocreate-cluster-domain-claims is false)`,
    advice: `add a ClusterDomainClaim ${name} for namespace ${namespace ?? "of the DomainMapping"}`,
  };
}

/** Whether services and their DomainMappings would be in this set. */
function holdsApplications(graph: Graph): boolean {
  return knativeServices(graph).length > 0 || graph.all(kinds.DomainMapping).length > 0;
}

/** A host that callers use, if it is neither below the cluster's domain nor the name of a DomainMapping. */
function unmapped(graph: Graph, host: string, path: Path): DomainFlaw | null {
  const inside = !host.includes(".") || /\.svc(?:\.|$)/.test(host) || host.includes("*");
  if (inside || isUnknown(host)) return null;
  const { ingressDomain } = graph.profile;
  const bases = baseDomains(graph);
  const known = bases.state === "known" ? bases.domains : [];
  const domains = [...new Set([...known, ...(ingressDomain === null ? [] : [ingressDomain.toLowerCase()])])];
  if (domains.some((domain) => isBelow(host, domain))) return null;
  const mappings = graph.all(kinds.DomainMapping).map((mapping) => mapping.name);
  if (mappings.some((name) => isUnknown(name) || name.toLowerCase() === host.toLowerCase())) return null;
  if (bases.state === "unknown") return unknown(bases.needs);
  if (!holdsApplications(graph)) return unknown(`the DomainMapping ${host}`);
  return {
    state: "wrong",
    path,
    message: `${host} is not below ${domains.join(" or ")}, and there is no DomainMapping of that name, so no service answers there`,
    advice: `add a DomainMapping ${host} in the namespace of the service`,
  };
}

/** Hosts that a Gateway of Knative lists one by one. */
export function gatewayHostFlaws(graph: Graph, gateway: Resource): readonly DomainFlaw[] {
  const external = knativeUses(graph, gateway).some((use) => use.role === "external");
  if (!external || !ownKnativeGateways(graph).includes(gateway)) return [];
  return valueOr(serversOf(gateway), []).flatMap((server) =>
    valueOr(server.hosts, []).flatMap((text, index) => {
      const flaw = unmapped(graph, parseGatewayHost(text).host, [...server.path, "hosts", index]);
      return flaw ? [flaw] : [];
    }),
  );
}

/** A hand-written Route of OpenShift that leads to the ingress gateway. */
export function routeFlaw(graph: Graph, route: Resource): DomainFlaw | null {
  const target = valueOr(readText(route, ["spec", "to", "name"]), "");
  const leads = knativeGateways(graph).gateways.some(
    ({ role, service }) =>
      role === "external" && service?.name === target && service.namespace === route.namespace,
  );
  const host = valueOr(readString(route, ["spec", "host"]), "");
  return leads ? unmapped(graph, host, ["spec", "host"]) : null;
}

/** A claim for a namespace whose services are at hand, without the DomainMapping that it is for. */
export function unusedClaim(graph: Graph, claim: Resource): DomainFlaw | null {
  const namespace = valueOr(readString(claim, ["spec", "namespace"]), null);
  const inSet =
    namespace !== null && knativeServices(graph).some((service) => service.namespace === namespace);
  const mappings = graph.all(kinds.DomainMapping);
  if (mappings.some(({ name }) => isUnknown(name) || name === claim.name)) return null;
  if (!inSet) return unknown(`the DomainMapping ${claim.name}`);
  return {
    state: "wrong",
    path: ["metadata", "name"],
    message: `namespace ${namespace} has the claim for ${claim.name} and no DomainMapping of that name, so no service answers there`,
    advice: `add a DomainMapping ${claim.name} in namespace ${namespace}`,
  };
}
