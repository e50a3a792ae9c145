import type { Kind } from "../model/resource.ts";
import { isList, isMapping, type Mapping, type Value, valueAt } from "../model/value.ts";

/** Stands for a value that exists and that nobody may see: unknown, as placeholders are. */
export const withheld = "<withheld>";

/** What controllers and the server write about an object, and copies of it, secret values included. */
const bookkeeping: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
const copies: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "openshift.io/token-secret.value",
]);

const entriesOf = (value: Value | undefined): readonly (readonly [string, Value])[] =>
  isMapping(value) ? Object.entries(value) : [];

/** A mapping of these entries; a key `__proto__` is a key like any other. */
function mappingOf(entries: readonly (readonly [string, Value])[]): Mapping {
  return Object.fromEntries(entries);
}

function metadata(value: Value | undefined): Mapping {
  return mappingOf(
    entriesOf(value).flatMap(([key, item]): readonly (readonly [string, Value])[] => {
      if (bookkeeping.has(key)) return [];
      if (key !== "annotations") return [[key, item]];
      const kept = entriesOf(item).filter(([name]) => !copies.has(name));
      return kept.length === 0 ? [] : [[key, mappingOf(kept)]];
    }),
  );
}

const isCertificate = (key: string): boolean => /^(?:tls\.crt|ca\.crt|cert|cacert|ca-bundle\.crt)$/.test(key);

/** The certificates of a PEM text in base64; null where it holds anything else, a key above all. */
function publicPart(value: Value): string | null {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/=\s]+$/.test(value)) return null;
  const text = atob(value.replaceAll(/\s/g, ""));
  const blocks = text.match(/-----BEGIN [A-Z0-9 ]+-----/g) ?? [];
  const only = blocks.length > 0 && blocks.every((block) => block === "-----BEGIN CERTIFICATE-----");
  return only ? value : null;
}

/** Certificates are public; of everything else only the keys are told. */
function secretData(value: Value | undefined): Mapping {
  return mappingOf(
    entriesOf(value).map(([key, item]) => [key, (isCertificate(key) ? publicPart(item) : null) ?? withheld]),
  );
}

/** What rules read of the status of some kinds, beside the conditions of all; nothing else of any status is kept. */
const statusFields: Readonly<Record<Kind, readonly string[]>> = {
  "CertificateSigningRequest.certificates.k8s.io": ["certificate"],
  "ClusterServiceVersion.operators.coreos.com": ["phase"],
  "Infrastructure.config.openshift.io": ["platformStatus"],
  "MachineConfigPool.machineconfiguration.openshift.io": ["machineCount"],
  Namespace: ["phase"],
  Node: ["allocatable", "capacity", "nodeInfo"],
  "Route.route.openshift.io": ["ingress"],
  "Service.serving.knative.dev": ["url"],
  "ServiceMeshMemberRoll.maistra.io": ["configuredMembers"],
  "Subscription.operators.coreos.com": ["installedCSV"],
};

/** Of a condition what it says, without the message: that may repeat anything. */
function condition(value: Value): Value {
  return mappingOf(entriesOf(value).filter(([key]) => ["type", "status", "reason"].includes(key)));
}

function status(kind: Kind, value: Value | undefined): Mapping | null {
  const wanted = Object.hasOwn(statusFields, kind) ? (statusFields[kind] ?? []) : [];
  const kept = entriesOf(value).flatMap(([key, item]): readonly (readonly [string, Value])[] => {
    if (key === "conditions" && isList(item)) return [[key, item.map(condition)]];
    return wanted.includes(key) ? [[key, item]] : [];
  });
  return kept.length === 0 ? null : mappingOf(kept);
}

const looksSecret = /passw|token|secret|credential|private|api[-_]?key|access[-_]?key/i;

/** Values of variables that people write down although they should not. */
function withoutPasswords(value: Value): Value {
  if (isList(value)) return value.map(withoutPasswords);
  if (!isMapping(value)) return value;
  const { name } = value;
  const hides = typeof name === "string" && typeof value.value === "string" && looksSecret.test(name);
  return mappingOf(
    Object.entries(value).map(([key, item]) => [
      key,
      hides && key === "value" ? withheld : withoutPasswords(item),
    ]),
  );
}

/** Namespaces whose ConfigMaps are settings of the platform; those of other people may hold anything. */
const platformNamespace = /^(?:knative-|istio-|openshift-|kube-|confidential-|nvidia-|mesh)/;

function configData(value: Mapping): Value {
  const namespace = valueAt(value, ["metadata", "namespace"]);
  const open = typeof namespace === "string" && platformNamespace.test(namespace);
  return mappingOf(
    entriesOf(value.data).map(([key, item]) => [key, open && !looksSecret.test(key) ? item : withheld]),
  );
}

/** Of a definition its names and versions: the schemas are as long as all the rest of a cluster. */
function definition(value: Value): Mapping {
  const versions = valueAt(value, ["versions"]);
  return mappingOf(
    entriesOf(value).flatMap(([key, item]): readonly (readonly [string, Value])[] => {
      if (key === "conversion" || key === "validation") return [];
      if (key !== "versions" || !isList(versions)) return [[key, item]];
      const served = versions.map((version) =>
        mappingOf(entriesOf(version).filter(([field]) => ["name", "served", "storage"].includes(field))),
      );
      return [[key, served]];
    }),
  );
}

/** In kubectl's notation: `Deployment.apps`. */
function kindOf({ apiVersion, kind }: Mapping): Kind {
  const group = typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.split("/", 1)[0] : "";
  return group ? `${String(kind)}.${group}` : String(kind);
}

/** Pods and the like that a controller keeps: their owner says the same, once. */
function isOwned(kind: Kind, value: Mapping): boolean {
  if (!["Pod", "ReplicaSet.apps", "Job.batch", "EndpointSlice.discovery.k8s.io"].includes(kind)) return false;
  const owners = valueAt(value, ["metadata", "ownerReferences"]);
  return isList(owners) && owners.some((owner) => isMapping(owner) && owner.controller === true);
}

/** Tokens and records of tools: no rule asks for them. */
function isNoise(kind: Kind, value: Mapping): boolean {
  if (kind !== "Secret") return false;
  const type = String(valueAt(value, ["type"]) ?? "");
  return /^(?:kubernetes\.io\/(?:service-account-token|dockercfg|dockerconfigjson)|helm\.sh\/)/.test(type);
}

/**
 * A cluster's object as a snapshot keeps it: without the server's bookkeeping, without status but for what rules read
 * of it, and without any value of a Secret but public certificates. Null: nobody needs it.
 */
export function reduced(value: Mapping): Mapping | null {
  const kind = kindOf(value);
  if (isOwned(kind, value) || isNoise(kind, value)) return null;
  const created = valueAt(value, ["metadata", "creationTimestamp"]);
  const kept = status(kind, value.status);
  const entries = Object.entries(value).flatMap(([key, item]): readonly (readonly [string, Value])[] => {
    if (key === "status") return [];
    if (key === "metadata") {
      const dated = kind === "CertificateSigningRequest.certificates.k8s.io" && created !== undefined;
      return [[key, { ...metadata(item), ...(dated && { creationTimestamp: created }) }]];
    }
    if (kind === "Secret" && (key === "data" || key === "stringData")) return [[key, secretData(item)]];
    if (kind === "ConfigMap" && key === "data") return [[key, configData(value)]];
    if (kind === "ConfigMap" && key === "binaryData") return [];
    if (kind === "CertificateSigningRequest.certificates.k8s.io" && key === "spec")
      return [
        [
          key,
          {
            signerName: valueAt(item, ["signerName"]) ?? null,
            username: valueAt(item, ["username"]) ?? null,
          },
        ],
      ];
    if (kind === "CustomResourceDefinition.apiextensions.k8s.io" && key === "spec")
      return [[key, definition(item)]];
    return [[key, withoutPasswords(item)]];
  });
  return mappingOf([...entries, ...(kept ? [["status", kept] as const] : [])]);
}
