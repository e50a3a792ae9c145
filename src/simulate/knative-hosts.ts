import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";
import { annotation } from "../mesh/field.ts";
import { kinds } from "../mesh/kinds.ts";
import { oncePer } from "../mesh/memo.ts";
import { externalHosts, localHosts } from "../mesh/services.ts";
import { revisionName } from "./knative-backend.ts";

/** A host without its port and final dot. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, "").replace(/\.$/, "");
}

interface ServiceNames {
  readonly local: readonly string[];
  readonly external: readonly string[];
  readonly mappings: readonly Resource[];
}

const namesOf = oncePer((graph: Graph, service: Resource): ServiceNames => ({
  local: localHosts(graph, service) ?? [],
  external: externalHosts(graph, service) ?? [],
  mappings: graph
    .all(kinds.DomainMapping)
    .filter(
      (mapping) =>
        mapping.namespace === service.namespace &&
        valueAt(mapping.value, ["spec", "ref", "name"]) === service.name &&
        valueAt(mapping.value, ["spec", "ref", "kind"]) === "Service",
    ),
}));

/** How a Knative Service is addressed. */
export type Address =
  | { readonly type: "local"; readonly exact: boolean }
  | { readonly type: "external"; readonly mapping: Resource | null; readonly exact: boolean }
  /** A Service of one revision, in no route: its public one, or the private one that leads to pods only. */
  | { readonly type: "revision"; readonly privately: boolean }
  /** No route knows the name. */
  | { readonly type: "none" };

/** `REVISION.NAMESPACE…` of the service's revisions, and `REVISION-private.NAMESPACE…`. */
function revisionAddress(graph: Graph, service: Resource, name: string): Address | null {
  const [first = "", namespace, ...rest] = name.split(".");
  const tail = rest.join(".");
  const inside = ["", "svc", `svc.${graph.profile.clusterDomain}`].includes(tail);
  if (!inside || namespace !== service.namespace) return null;
  const revision = first.replace(/-private$/, "");
  const numbered =
    revision.startsWith(`${service.name}-`) && /^\d{5}$/.test(revision.slice(service.name.length + 1));
  if (!numbered && revision !== revisionName(service)) return null;
  return { type: "revision", privately: first !== revision };
}

/** By which of its names a call addresses a service; a name that no manifest tells counts as external at port 443. */
export function addressOf(graph: Graph, service: Resource, host: string, port: number): Address {
  const name = hostName(host);
  const lower = name.toLowerCase();
  const { local, external, mappings } = namesOf(graph, service);
  const exact = name === lower;
  if (local.includes(lower)) return { type: "local", exact };
  const revision = revisionAddress(graph, service, lower);
  if (revision !== null) return revision;
  const mapping = mappings.find((candidate) => candidate.name === lower) ?? null;
  if (mapping !== null) return { type: "external", mapping, exact };
  if (external.includes(lower)) return { type: "external", mapping: null, exact };
  const base = `${service.name}-${service.namespace ?? ""}.`;
  const usual = lower.startsWith(base) || lower.startsWith(`${service.name}.${service.namespace ?? ""}.`);
  const guessed = usual && (external.length === 0 || lower.includes(".apps."));
  return guessed || port === 443 ? { type: "external", mapping: null, exact } : { type: "none" };
}

/** The host by which a service is called from outside, as far as the set tells. */
export function externalHost(graph: Graph, service: Resource): string {
  const [first] = namesOf(graph, service).external;
  const domain = graph.profile.ingressDomain ?? "apps.example.com";
  return first ?? `${service.name}-${service.namespace ?? ""}.${domain}`;
}

/** The service that one of its names stands for. */
export function serviceOfHost(graph: Graph, host: string): Resource | null {
  const name = hostName(host).toLowerCase();
  const services = graph.all(kinds.KnativeService);
  const exact = services.find((service) => {
    const { local, external, mappings } = namesOf(graph, service);
    return (
      local.includes(name) || external.includes(name) || mappings.some((mapping) => mapping.name === name)
    );
  });
  const usual = services.find((service) => name.startsWith(`${service.name}-${service.namespace ?? ""}.`));
  const revision = services.find((service) => revisionAddress(graph, service, name) !== null);
  return exact ?? revision ?? usual ?? null;
}

const passthroughKey = "serving.knative.openshift.io/enablePassthrough";

/** Whether the router passes TLS through to the gateway; a mapping with a certificate of its own always does. */
export function passesThrough(service: Resource, mapping: Resource | null): boolean {
  if (mapping !== null && valueAt(mapping.value, ["spec", "tls", "secretName"]) !== undefined) return true;
  const reading = annotation(mapping ?? service, passthroughKey);
  return reading.state === "unknown" || (reading.state === "value" && reading.value.toLowerCase() === "true");
}
