import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Mapping } from "../model/value.ts";
import { parseYaml } from "./control-plane-settings.ts";
import { annotation, labelValue } from "./field.ts";
import type { Reading } from "./field.ts";
import { serviceNames } from "./hosts.ts";
import { ingress, ingressOfClass } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { labelsOf, matchesLabels } from "./label-match.ts";
import { meshesOf } from "./membership.ts";
import { once } from "./memo.ts";
import { configMap } from "./operator-config.ts";

/** Every full definition of a Knative Service, those of the context included. */
export const knativeServices = once((graph: Graph): readonly Resource[] => graph.all(kinds.KnativeService));

/** The label that keeps a service inside the cluster, and its spelling of before Serving 0.15. */
export const visibilityKeys = [
  "networking.knative.dev/visibility",
  "serving.knative.dev/visibility",
] as const;

/** Whether a Knative Service or DomainMapping can be reached from inside the cluster only. */
export function isClusterLocal(resource: Resource): Reading<boolean> {
  for (const key of visibilityKeys) {
    const reading = labelValue(resource, key);
    if (reading.state === "unknown") return reading;
    if (reading.state === "value") return { state: "value", value: reading.value === "cluster-local" };
  }
  return { state: "value", value: false };
}

export type MeantForIstio =
  | { readonly state: "yes" | "no"; readonly because: string }
  | { readonly state: "unknown"; readonly needs: string };

const classKeys = ["networking.knative.dev/ingress-class", "networking.knative.dev/ingress.class"] as const;

/**
 * Whether a Knative Service (or DomainMapping) is served by Istio: its own ingress class, else that of the
 * KnativeServing; without one, if its namespace is known to be a member of a mesh, or the config names the mesh
 * (definition D10).
 */
export function meantForIstio(graph: Graph, resource: Resource): MeantForIstio {
  for (const key of classKeys) {
    const own = annotation(resource, key);
    if (own.state === "unknown") return { state: "unknown", needs: own.why };
    if (own.state === "value") {
      const state = ingressOfClass(own.value) === "istio" ? "yes" : "no";
      return { state, because: `its ingress class is ${own.value}` };
    }
  }
  const used = ingress(graph);
  if (used.state === "istio") return { state: "yes", because: "the KnativeServing uses Istio" };
  if (used.state !== "unknown") return { state: "no", because: `the KnativeServing uses ${used.state}` };
  if (graph.all(kinds.KnativeServing).length > 0) return { state: "unknown", needs: used.needs };
  const { from } = graph.profile.sources.mesh;
  if (from === "option" || from === "config") return { state: "yes", because: "the profile names the mesh" };
  const home = meshesOf(graph, resource.namespace);
  if (home.state === "member") return { state: "yes", because: "its namespace is a member of the mesh" };
  return { state: "unknown", needs: used.needs };
}

/** Names of a Knative Service inside the cluster, shortest first; null if its name or namespace is not known. */
export function localHosts(graph: Graph, service: Resource): readonly string[] | null {
  const { name, namespace } = service;
  if (namespace === null || isUnknown(name) || isUnknown(namespace)) return null;
  return serviceNames(name, namespace, graph.profile.clusterDomain);
}

/** The operator's template (serverless-operator `openshift-knative-operator/pkg/serving/extension.go`). */
const defaultTemplate = "{{.Name}}-{{.Namespace}}.{{.Domain}}";
const templateField = /\{\{-? ?\.(Name|Namespace|Domain) ?-?\}\}/g;

/** A domain of `config-domain`, and the labels that a service needs for it; empty: for every service. */
interface Domain {
  readonly name: string;
  readonly selector: Mapping;
}

function domainsOf(serving: Resource): readonly Domain[] | null {
  const map = configMap(serving, "domain");
  if (map.state === "unknown") return null;
  if (map.state === "absent") return [];
  return Object.entries(map.value.entries)
    .filter(([name]) => name !== "_example")
    .map(([name, value]) => {
      const parsed = typeof value === "string" ? parseYaml(value) : value;
      const selector = isMapping(parsed) && isMapping(parsed.selector) ? parsed.selector : {};
      return { name, selector };
    });
}

/** The domain of a service: the most specific selector that fits wins; undefined: none of `config-domain`. */
function domainOf(service: Resource, domains: readonly Domain[]): string | null | undefined {
  const labels = labelsOf(valueAt(service.value, ["metadata", "labels"]));
  const fitting = domains
    .map((domain) => ({ domain, match: matchesLabels(domain.selector, labels) }))
    .filter(({ match }) => match !== "no")
    .toSorted((a, b) => size(b.domain) - size(a.domain));
  const [best] = fitting;
  if (best === undefined) return undefined;
  return best.match === "unknown" || isUnknown(best.domain.name) ? null : best.domain.name;
}

function size(domain: Domain): number {
  return Object.keys(domain.selector).length;
}

function externalHost(
  graph: Graph,
  service: Resource,
  serving: Resource | null,
  tag: string | null,
): string | null {
  const { name, namespace } = service;
  if (namespace === null || isUnknown(name) || isUnknown(namespace)) return null;
  const domains = serving === null ? [] : domainsOf(serving);
  if (domains === null) return null;
  const configured = domainOf(service, domains);
  const domain = configured === undefined ? graph.profile.ingressDomain : configured;
  if (domain === null) return null;
  const network = serving === null ? null : configMap(serving, "network");
  if (network?.state === "unknown") return null;
  const entries = network?.state === "value" ? network.value.entries : {};
  const template = entries["domain-template"] ?? entries.domainTemplate ?? defaultTemplate;
  if (typeof template !== "string") return null;
  // The default of `tag-template`, which nearly nobody sets.
  if (tag !== null && (entries["tag-template"] ?? entries.tagTemplate) !== undefined) return null;
  const fields = new Map([
    ["Name", tag === null ? name : `${tag}-${name}`],
    ["Namespace", namespace],
    ["Domain", domain],
  ]);
  const host = template.replace(templateField, (_whole, field: string) => String(fields.get(field)));
  return host.includes("{{") ? null : host;
}

/**
 * The names under which a Knative Service or a DomainMapping is reached from outside, one per way in which the
 * candidates of KnativeServing make it; null if that is not known (no `ingressDomain`, a template that computes).
 * @param tag of a Knative Service's traffic; null: the service itself
 */
export function externalHosts(
  graph: Graph,
  resource: Resource,
  tag: string | null = null,
): readonly string[] | null {
  if (resource.kind === kinds.DomainMapping) return isUnknown(resource.name) ? null : [resource.name];
  const servings = graph.all(kinds.KnativeServing);
  const answers = (servings.length === 0 ? [null] : servings).map((serving) =>
    externalHost(graph, resource, serving, tag),
  );
  const hosts = answers.filter((host) => host !== null);
  return hosts.length === answers.length ? [...new Set(hosts)] : null;
}
