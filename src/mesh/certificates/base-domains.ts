import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { configMap } from "../operator-config.ts";
import { externalHosts, isClusterLocal, knativeServices, meantForIstio } from "../services.ts";

export type BaseDomains =
  | { readonly state: "known"; readonly domains: readonly string[] }
  | { readonly state: "unknown"; readonly needs: string };

/** The domains of `config-domain` that outside callers see; null: not known. */
function configuredDomains(serving: Resource, clusterDomain: string): readonly string[] | null {
  const map = configMap(serving, "domain");
  if (map.state === "unknown") return null;
  const keys = map.state === "value" ? Object.keys(map.value.entries) : [];
  const domains = keys.filter((key) => !key.startsWith("_") && !key.endsWith(`svc.${clusterDomain}`));
  return domains.some(isUnknown) ? null : domains;
}

/**
 * The domains below which services are reached from outside: those of the KnativeServing, else the domain of the
 * cluster's routes (serverless-operator `openshift-knative-operator/pkg/serving/extension.go`).
 */
export const baseDomains = once((graph: Graph): BaseDomains => {
  const { clusterDomain, ingressDomain } = graph.profile;
  const servings = graph.all(kinds.KnativeServing);
  const domains = new Set<string>();
  for (const serving of servings) {
    const configured = configuredDomains(serving, clusterDomain);
    if (configured === null)
      return { state: "unknown", needs: `the domains of KnativeServing ${serving.name}` };
    for (const domain of configured) domains.add(domain.toLowerCase());
  }
  if (domains.size > 0) return { state: "known", domains: [...domains] };
  return ingressDomain === null
    ? { state: "unknown", needs: "the domain of the cluster's routes (profile ingressDomain)" }
    : { state: "known", domains: [ingressDomain.toLowerCase()] };
});

export function isBelow(host: string, domain: string): boolean {
  return host.toLowerCase().endsWith(`.${domain}`);
}

function tagsOf(service: Resource): readonly string[] {
  const traffic = valueAt(service.value, ["spec", "traffic"]);
  return (isList(traffic) ? traffic : []).flatMap((target) =>
    isMapping(target) && typeof target.tag === "string" && !isUnknown(target.tag) ? [target.tag] : [],
  );
}

export interface ServiceHosts {
  readonly hosts: readonly string[];
  /** A service's name outside that is not known; null: all are. */
  readonly needs: string | null;
}

/** The names of all Knative Services that outside callers reach, those of tagged traffic included. */
export const serviceHosts = once((graph: Graph): ServiceHosts => {
  const hosts: string[] = [];
  let needs: string | null = null;
  for (const service of knativeServices(graph)) {
    const local = isClusterLocal(service);
    if ((local.state === "value" && local.value) || meantForIstio(graph, service).state === "no") continue;
    for (const tag of [null, ...tagsOf(service)]) {
      const found = externalHosts(graph, service, tag);
      if (found === null) needs = `the external name of Knative Service ${service.name}`;
      else hosts.push(...found);
    }
  }
  return { hosts, needs };
});
