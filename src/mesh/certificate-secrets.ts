import type { Graph } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, type Path, type Value, valueAt } from "../model/value.ts";
import { type Place, read } from "./field.ts";
import { kinds } from "./kinds.ts";
import { ingressGateways } from "./knative-gateways.ts";
import { gatewayNamespaces } from "./namespaces.ts";
import { once } from "./memo.ts";

/** Knative's own objects, which a dump of a cluster has. */
const knativeIngress = "Ingress.networking.internal.knative.dev";
const knativeCertificate = "Certificate.networking.internal.knative.dev";
/** Copies that people make of Knative's own certificates between system components. */
const ownCertificates: readonly string[] = ["knative-serving-certs", "routing-serving-certs"];

/** Why a Secret is read: by net-istio itself, or by istiod for the gateway only. */
export interface SecretUse {
  readonly by: "net-istio" | "istiod";
  /** Who names it; null: its own name tells. */
  readonly at: Place | null;
}

function named(resource: Resource, path: Path, value: Value | undefined): readonly [string, Place][] {
  return typeof value === "string" && !isUnknown(value) ? [[value, { resource, path }]] : [];
}

function* references(
  graph: Graph,
): Generator<readonly [namespace: string | null, name: string, use: SecretUse]> {
  for (const kind of [kinds.DomainMapping, knativeCertificate]) {
    const path = kind === kinds.DomainMapping ? ["spec", "tls", "secretName"] : ["spec", "secretName"];
    for (const resource of graph.all(kind))
      for (const [name, at] of named(resource, path, valueAt(resource.value, path)))
        yield [resource.namespace, name, { by: "net-istio", at }];
  }
  for (const resource of graph.all(knativeIngress)) {
    const tls = valueAt(resource.value, ["spec", "tls"]);
    for (const [index, entry] of (isList(tls) ? tls : []).entries()) {
      if (!isMapping(entry)) continue;
      const space = typeof entry.secretNamespace === "string" ? entry.secretNamespace : resource.namespace;
      const path = ["spec", "tls", index, "secretName"];
      for (const [name, at] of named(resource, path, entry.secretName))
        yield [space, name, { by: "net-istio", at }];
    }
  }
  const homes = gatewayNamespaces(graph);
  for (const gateway of ingressGateways(graph)) {
    const servers = valueAt(gateway.value, ["spec", "servers"]);
    for (const [index, server] of (isList(servers) ? servers : []).entries()) {
      const path = ["spec", "servers", index, "tls", "credentialName"];
      for (const [name, at] of named(gateway, path, valueAt(server, ["tls", "credentialName"])))
        for (const home of homes.state === "known" ? homes.namespaces : [])
          yield [home, name, { by: "istiod", at }];
    }
  }
}

const uses = once((graph: Graph): ReadonlyMap<string, SecretUse> => {
  const found = new Map<string, SecretUse>();
  for (const [namespace, name, use] of references(graph)) {
    const key = JSON.stringify([namespace, name]);
    if (found.get(key)?.by !== "net-istio") found.set(key, use);
  }
  return found;
});

/** What a Secret's source gives the Secret, as far as it is a field of that source. */
const sources: Readonly<
  Record<string, { readonly name: Path; readonly labels: Path; readonly template: Path }>
> = {
  [kinds.Secret]: { name: ["metadata", "name"], labels: ["metadata", "labels"], template: [] },
  [kinds.SealedSecret]: {
    name: ["spec", "template", "metadata", "name"],
    labels: ["spec", "template", "metadata", "labels"],
    template: [],
  },
  [kinds.ExternalSecret]: {
    name: ["spec", "target", "name"],
    labels: ["spec", "target", "template", "metadata", "labels"],
    template: ["spec", "target", "template"],
  },
  [kinds.CertManagerCertificate]: {
    name: ["spec", "secretName"],
    labels: ["spec", "secretTemplate", "labels"],
    template: [],
  },
};

export const secretKinds = Object.keys(sources);

/** How the Secret that a resource is, or makes, is used; null: net-istio has no use for it that the set shows. */
export function useOf(graph: Graph, resource: Resource): SecretUse | null {
  const path = sources[resource.kind]?.name ?? [];
  const written = valueAt(resource.value, path);
  const name = typeof written === "string" ? written : resource.name;
  const use = uses(graph).get(JSON.stringify([resource.namespace, name]));
  if (use !== undefined) return use;
  return ownCertificates.includes(name) ? { by: "net-istio", at: null } : null;
}

/**
 * Where the labels of the Secret are read from, and where they are looked for. Without a template the External Secrets
 * Operator copies those of the ExternalSecret itself (external-secrets/external-secrets
 * `pkg/controllers/externalsecret`).
 */
export function labelPaths(resource: Resource): { readonly read: Path; readonly usual: Path } {
  const { labels, template } = sources[resource.kind] ?? { labels: [], template: [] };
  const copies = template.length > 0 && read(resource, template).state === "absent";
  return { read: copies ? ["metadata", "labels"] : labels, usual: labels };
}
