import type { CertificateReader } from "../../model/certificate.ts";
import type { Graph } from "../../model/graph.ts";
import { kinds } from "../kinds.ts";
import { isClusterLocal } from "../services.ts";
import type { Resource } from "../../model/resource.ts";
import { readString } from "../field.ts";
import { baseDomains, isBelow, serviceHosts } from "./base-domains.ts";
import { isNameFor, type ServedNames, servedNames } from "./names.ts";
import { certificateUses, type CertificateUse } from "./served-secrets.ts";

/** Whether certificates are good for the hosts of a domain. */
export type Coverage =
  | { readonly state: "covered" }
  | { readonly state: "unknown"; readonly needs: string }
  /** Services of the set that no certificate names; empty: the domain as a whole. */
  | { readonly state: "lacking"; readonly domain: string; readonly hosts: readonly string[] };

/** The fields of Knative's Gateways that name a certificate. */
export function gatewayCertificateUses(graph: Graph): readonly CertificateUse[] {
  return certificateUses(graph).filter((use) => use.by === "gateway");
}

export function gatewayNames(graph: Graph, reader: CertificateReader | null): ServedNames {
  return servedNames(graph, gatewayCertificateUses(graph), reader);
}

const covers = (names: readonly string[], host: string): boolean =>
  names.some((name) => isNameFor(name, host));

function coverageOf(graph: Graph, domain: string, served: ServedNames): Coverage {
  const { names, needs } = served;
  if (covers(names, `*.${domain}`)) return { state: "covered" };
  const services = serviceHosts(graph);
  const below = services.hosts.filter((host) => isBelow(host, domain));
  const missing = below.filter((host) => !covers(names, host));
  const whole = below.length > 0 && services.needs === null;
  if (whole && missing.length === 0) return { state: "covered" };
  if (needs !== null) return { state: "unknown", needs };
  if (missing.length > 0) return { state: "lacking", domain, hosts: missing };
  // A certificate for single services of this domain: those may all live elsewhere.
  if (names.some((name) => isBelow(name, domain)))
    return { state: "unknown", needs: services.needs ?? `the Knative Services below ${domain}` };
  return { state: "lacking", domain, hosts: [] };
}

/** Whether the certificates of Knative's Gateways are good for every domain of its services. */
export function domainCoverage(graph: Graph, served: ServedNames): readonly Coverage[] {
  const bases = baseDomains(graph);
  if (bases.state === "unknown") return [{ state: "unknown", needs: bases.needs }];
  return bases.domains.map((domain) => coverageOf(graph, domain, served));
}

/** The set's own DomainMappings that use the Gateway's certificates and whose name none of them has. */
export function uncoveredMappings(graph: Graph, { names }: ServedNames): readonly Resource[] {
  return graph.own(kinds.DomainMapping).filter((mapping) => {
    const tls = readString(mapping, ["spec", "tls", "secretName"]);
    const local = isClusterLocal(mapping);
    const outside = local.state === "value" && !local.value;
    return tls.state === "absent" && outside && !covers(names, mapping.name);
  });
}
