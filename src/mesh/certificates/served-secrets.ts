import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import { type Place, read, readString, readText, valueOr } from "../field.ts";
import { otherIngress } from "../gateway-scope.ts";
import { serversOf } from "../gateway-servers.ts";
import { kinds } from "../kinds.ts";
import { ingressGateways } from "../knative-gateways.ts";
import { once } from "../memo.ts";
import { gatewayNamespaces } from "../namespaces.ts";

/** A field that names the Secret with the certificate for traffic from outside. */
export interface CertificateUse {
  readonly by: "gateway" | "domain-mapping";
  readonly at: Place;
  /** Of the Secret. */
  readonly name: string;
  /** Where the Secret is read; null: not known. */
  readonly namespaces: readonly string[] | null;
  /** Callers need certificates of their own, so that the Secret needs their CA. */
  readonly mutual: boolean;
}

const secretPrefix = "kubernetes://";

/** The Secret that a `credentialName` stands for; null for other forms (istio/istio `pilot/pkg/model/credentials`). */
function credential(text: string): string | null {
  const name = text.startsWith(secretPrefix) ? text.slice(secretPrefix.length) : text;
  return name === "" || name.includes("/") || isUnknown(name) ? null : name;
}

function gatewayUses(graph: Graph, gateway: Resource): readonly CertificateUse[] {
  const homes = gatewayNamespaces(graph);
  const namespaces = homes.state === "known" ? homes.namespaces : null;
  return valueOr(serversOf(gateway), []).flatMap((server): readonly CertificateUse[] => {
    const path = [...server.path, "tls", "credentialName"];
    const name = credential(valueOr(readString(gateway, path), ""));
    if (name === null) return [];
    const mode = valueOr(readText(gateway, [...server.path, "tls", "mode"]), "");
    // From Istio 1.26 on the callers' CA may have a Secret of its own.
    const mutual =
      mode === "MUTUAL" && read(gateway, [...server.path, "tls", "caCertCredentialName"]).state === "absent";
    return [{ by: "gateway", at: { resource: gateway, path }, name, namespaces, mutual }];
  });
}

/** Every field of the set, and of its context, that names a certificate for traffic from outside. */
export const certificateUses = once((graph: Graph): readonly CertificateUse[] => {
  const gateways = otherIngress(graph) === null ? ingressGateways(graph) : [];
  const mappings = graph.all(kinds.DomainMapping).flatMap((resource): readonly CertificateUse[] => {
    const path = ["spec", "tls", "secretName"];
    const name = valueOr(readString(resource, path), "");
    if (name === "") return [];
    const namespaces = resource.namespace === null ? null : [resource.namespace];
    return [{ by: "domain-mapping", at: { resource, path }, name, namespaces, mutual: false }];
  });
  return [...gateways.flatMap((gateway) => gatewayUses(graph, gateway)), ...mappings];
});

/** Secrets, those that are made from another object included. */
const secretsByName = once((graph: Graph): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Resource[]>();
  for (const secret of graph.resources) {
    if (secret.kind !== kinds.Secret || (secret.form === "patch" && secret.standing !== "derived")) continue;
    const namesakes = found.get(secret.name);
    if (namesakes) namesakes.push(secret);
    else found.set(secret.name, [secret]);
  }
  return found;
});

export interface NamedSecrets {
  /** Where the use reads them. */
  readonly here: readonly Resource[];
  /** Of the same name in another namespace. */
  readonly elsewhere: readonly Resource[];
  /** Their namespace, or that of the use, is not known. */
  readonly open: readonly Resource[];
}

/** The Secrets of the name that a use wants, by where they are. */
export function secretsOf(graph: Graph, { name, namespaces }: CertificateUse): NamedSecrets {
  const all = secretsByName(graph).get(name) ?? [];
  if (namespaces === null) return { here: [], elsewhere: [], open: all };
  const isHere = ({ namespace }: Resource): boolean => namespace !== null && namespaces.includes(namespace);
  return {
    here: all.filter(isHere),
    elsewhere: all.filter((secret) => secret.namespace !== null && !isHere(secret)),
    open: all.filter((secret) => secret.namespace === null),
  };
}

/** The Secrets that are meant by a use: those where it reads them, else all of the name. */
export function meantSecrets(graph: Graph, use: CertificateUse): readonly Resource[] {
  const { here, elsewhere, open } = secretsOf(graph, use);
  return here.length > 0 ? here : [...open, ...elsewhere];
}

/** What makes a Secret that is not written down itself: the ExternalSecret, SealedSecret or Certificate. */
export function makerOf(secret: Resource): Resource | null {
  return secret.origin.from === "derived" ? secret.origin.parent : null;
}

const servedResources = once((graph: Graph): ReadonlyMap<Resource, readonly CertificateUse[]> => {
  const found = new Map<Resource, CertificateUse[]>();
  for (const use of certificateUses(graph)) {
    for (const secret of meantSecrets(graph, use)) {
      const resource = makerOf(secret) ?? secret;
      const uses = found.get(resource);
      if (uses) uses.push(use);
      else found.set(resource, [use]);
    }
  }
  return found;
});

/** The uses of a Secret, or of what makes one. */
export function usesOf(graph: Graph, resource: Resource): readonly CertificateUse[] {
  return servedResources(graph).get(resource) ?? [];
}

/** The set's own Secrets, and makers of Secrets, with a certificate for traffic from outside. */
export function ownServed(graph: Graph, ...wanted: readonly string[]): readonly Resource[] {
  return graph.own(...wanted).filter((resource) => servedResources(graph).has(resource));
}

/** Operators that write a Secret from elsewhere, and the field that names it. */
const otherMakers: readonly (readonly [kind: RegExp, path: readonly string[]])[] = [
  [/^Vault(?:Static|Dynamic|PKI)Secret\.secrets\.hashicorp\.com$/, ["spec", "destination", "name"]],
  [/^ClusterExternalSecret\.external-secrets\.io$/, ["spec", "externalSecretName"]],
  [/^ClusterExternalSecret\.external-secrets\.io$/, ["spec", "externalSecretSpec", "target", "name"]],
  [/^OnePasswordItem\.onepassword\.com$/, ["metadata", "name"]],
];

/** What else of the set makes a Secret of a name: Kustomize's generator, or an operator that is not read closely. */
export function otherMaker(graph: Graph, name: string): string | null {
  for (const { value } of graph.set.documents) {
    const generators = valueAt(value ?? undefined, ["secretGenerator"]);
    if (isList(generators) && generators.some((item) => isMapping(item) && item.name === name))
      return `the Secret ${name} that Kustomize generates`;
  }
  for (const resource of graph.resources)
    for (const [kind, path] of otherMakers)
      if (kind.test(resource.kind) && valueAt(resource.value, path) === name)
        return `the Secret that ${resource.id.kind} ${resource.name} makes`;
  return null;
}
