import type { Graph, PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, valueAt } from "../../model/value.ts";
import type { Path } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { containersOf } from "./ports.ts";

const annotationKeys = [
  "service.beta.openshift.io/serving-cert-secret-name",
  "service.alpha.openshift.io/serving-cert-secret-name",
] as const;

/** A Service's request for a serving certificate of OpenShift's service CA. */
export interface CertificateRequest {
  readonly path: Path;
  readonly secret: string;
  /** By the annotation that Service Mesh and Serverless no longer use. */
  readonly isAlpha: boolean;
}

export function certificateRequestOf(service: Resource): CertificateRequest | null {
  for (const key of annotationKeys) {
    const path = ["metadata", "annotations", key];
    const secret = valueAt(service.value, path);
    if (typeof secret === "string" && secret !== "" && !isUnknown(secret))
      return { path, secret, isAlpha: key !== annotationKeys[0] };
  }
  return null;
}

/** Kinds that are a Secret or make one, and where its name stands; else it has their own. */
const nameOfSecret: Readonly<Record<string, Path>> = {
  [kinds.Secret]: ["metadata", "name"],
  [kinds.SealedSecret]: ["spec", "template", "metadata", "name"],
  [kinds.ExternalSecret]: ["spec", "target", "name"],
  [kinds.CertManagerCertificate]: ["spec", "secretName"],
};

export const secretMakers = Object.keys(nameOfSecret);

const makersByName = once((graph: Graph): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Resource[]>();
  for (const resource of graph.all(...secretMakers)) {
    const written = valueAt(resource.value, nameOfSecret[resource.kind] ?? []);
    const name = typeof written === "string" && written !== "" ? written : resource.name;
    const known = found.get(name);
    if (known) known.push(resource);
    else found.set(name, [resource]);
  }
  return found;
});

/**
 * What the set has, or makes, under a Secret's name. A copy of the service CA's own Secret (from a dump of a cluster)
 * is none: it says which Service it was made for.
 */
export function makersOf(graph: Graph, namespace: string | null, name: string): readonly Resource[] {
  const isCopy = ({ value }: Resource): boolean => {
    const annotations = valueAt(value, ["metadata", "annotations"]);
    return (
      isMapping(annotations) &&
      Object.keys(annotations).some((key) => key.endsWith("/originating-service-name"))
    );
  };
  return (makersByName(graph).get(name) ?? []).filter(
    (maker) =>
      (maker.namespace === namespace || maker.namespace === null || namespace === null) && !isCopy(maker),
  );
}

const requestedSecrets = once(
  (graph: Graph): ReadonlySet<string> =>
    new Set(graph.all(kinds.Service).flatMap((service) => certificateRequestOf(service)?.secret ?? [])),
);

/** A Secret with a certificate that a pod mounts. */
export interface MountedCertificate {
  readonly path: Path;
  readonly secret: string;
}

const isAboutCertificates = (text: unknown): boolean =>
  typeof text === "string" && /cert|tls|webhook|serving/i.test(text);

/** The Secrets that a pod mounts as certificates, by the names of volume, Secret or folder; optional ones left out. */
export function mountedCertificates(pod: PodTemplate): readonly MountedCertificate[] {
  const volumes = valueAt(pod.spec, ["volumes"]);
  const mounts = containersOf(pod).flatMap(({ value }) => {
    const list = valueAt(value, ["volumeMounts"]);
    return isList(list) ? list.filter(isMapping) : [];
  });
  return (isList(volumes) ? volumes : []).flatMap((volume, index): readonly MountedCertificate[] => {
    const secret = valueAt(volume, ["secret"]);
    if (!isMapping(volume) || !isMapping(secret) || secret.optional === true) return [];
    const { secretName } = secret;
    if (typeof secretName !== "string" || isUnknown(secretName)) return [];
    const own = mounts.filter(({ name }) => name === volume.name);
    const texts = [volume.name, secretName, ...own.map(({ mountPath }) => mountPath)];
    if (own.length === 0 || !texts.some(isAboutCertificates)) return [];
    return [{ path: [...pod.specPath, "volumes", index, "secret", "secretName"], secret: secretName }];
  });
}

/** Whether anything in the set has, makes or requests a Secret. */
export function hasSource(graph: Graph, namespace: string | null, secret: string): boolean {
  return requestedSecrets(graph).has(secret) || makersOf(graph, namespace, secret).length > 0;
}
