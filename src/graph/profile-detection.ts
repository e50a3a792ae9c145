import { isUnknown } from "../model/placeholder.ts";
import type { ProfileKey } from "../model/profile.ts";
import { type Kind, locate, type Resource } from "../model/resource.ts";
import type { Location } from "../model/source.ts";
import { isMapping, type Path, valueAt } from "../model/value.ts";
import { compareVersions, formatVersion, parseVersion, type Version } from "../model/version.ts";

/** What manifests say about the cluster. */
export interface Detected {
  readonly value: string;
  readonly at: Location;
  /** False if the cluster may well differ: a Subscription's first version, say. Then it contradicts nobody. */
  readonly certain: boolean;
}

interface Clue extends Detected {
  readonly key: ProfileKey;
  /** The higher one wins; among equals the newer version, then the first in the set's order. */
  readonly strength: number;
}

/** A text at a path, unless it is a placeholder. Dates and numbers that YAML made of versions are no texts. */
function textAt(resource: Resource, path: Path): string | null {
  const value = valueAt(resource.value, path);
  return typeof value === "string" && value !== "" && !isUnknown(value) ? value : null;
}

function clue(
  resource: Resource,
  path: Path,
  key: ProfileKey,
  value: string,
  strength: number,
  certain = true,
): Clue {
  // What a patch says is what the overlay applies, whatever its base says.
  const weight = resource.form === "patch" ? strength + 0.5 : strength;
  return { key, value, at: locate(resource, path), strength: weight, certain };
}

/** One clue if there is a text at the path that `read` makes something of. */
function clueAt(
  resource: Resource,
  path: Path,
  key: ProfileKey,
  strength: number,
  read: (text: string) => string | null = (text) => text,
  certain = true,
): readonly Clue[] {
  const text = textAt(resource, path);
  const value = text === null ? null : read(text);
  return value === null ? [] : [clue(resource, path, key, value, strength, certain)];
}

/** `4.14.8` of `4.14.8`, `4.15.0` of `4.15.0-rc.1`. */
function releaseVersion(text: string): string | null {
  const version = parseVersion(text.replace(/[-+].*$/, ""));
  return version && formatVersion(version);
}

/** `2.6.3` of `servicemeshoperator.v2.6.3`, if it is a version of that operator. */
function csvVersion(operator: string, text: string): string | null {
  return text.startsWith(`${operator}.v`) ? releaseVersion(text.slice(operator.length + 2)) : null;
}

/** `1.33` of the channel `stable-1.33`, `1.0` of `1.0`; `stable` and `candidates` name no version. */
function channelVersion(text: string): string | null {
  const version = parseVersion(text.slice(text.lastIndexOf("-") + 1));
  return version && formatVersion(version);
}

/**
 * Istio versions of the Service Mesh 3 releases: 3.0 has 1.24, 3.1 has 1.26, 3.2 has 1.27, 3.3 has 1.28 (the
 * product's release notes). Technology previews before 1.24 count as 3.0.
 */
function meshOfIstio(text: string): string {
  const version: Version | null = parseVersion(text.replace(/-latest$/, ""));
  if (!version || version.major !== 1 || version.minor < 26) return "3.0";
  if (version.minor === 26) return "3.1";
  return version.minor === 27 ? "3.2" : "3.3";
}

interface Operator {
  readonly key: "serverless" | "mesh";
  readonly csv: string;
  /** The version that the package alone stands for. */
  readonly least: string | null;
  /** Whether its channels are called by a version of the product. */
  readonly channels: boolean;
  /** How strong: a mesh operator can run older control planes, so the control plane's word counts more. */
  readonly strength: number;
}

/** OLM packages by the name in `spec.name` (product and community catalogues). */
const operatorList: readonly Operator[] = [
  { key: "serverless", csv: "serverless-operator", least: null, channels: true, strength: 4 },
  { key: "mesh", csv: "servicemeshoperator", least: null, channels: false, strength: 1 },
  { key: "mesh", csv: "servicemeshoperator3", least: "3.0", channels: true, strength: 1 },
  { key: "mesh", csv: "sailoperator", least: "3.0", channels: true, strength: 1 },
];
const operators: ReadonlyMap<string, Operator> = new Map(
  operatorList.map((operator) => [operator.csv, operator]),
);

/** The product's version for a version of the operator or its channel; null for what never was one. */
function productVersion({ key, csv }: Operator, text: string | null): string | null {
  if (text === null) return null;
  // The community operator counts in Istio versions.
  if (csv === "sailoperator") return meshOfIstio(text);
  // Before 1.7 channels were called by OpenShift's version (`4.6`).
  return key === "serverless" && parseVersion(text)?.major !== 1 ? null : text;
}

function ofSubscription(resource: Resource): readonly Clue[] {
  const name = textAt(resource, ["spec", "name"]) ?? (resource.form === "patch" ? resource.name : "");
  const operator = operators.get(name);
  if (!operator) return [];
  const { key, csv, least, channels, strength } = operator;
  const exact = key === "serverless";
  const manual = textAt(resource, ["spec", "installPlanApproval"]) === "Manual";
  const fromCsv = (text: string) => productVersion(operator, csvVersion(csv, text));
  const fromChannel = (text: string) => (channels ? productVersion(operator, channelVersion(text)) : null);
  return [
    ...clueAt(resource, ["status", "installedCSV"], key, strength + 3, fromCsv, exact),
    ...clueAt(resource, ["spec", "channel"], key, strength + 2, fromChannel, exact),
    ...clueAt(resource, ["spec", "startingCSV"], key, strength + 1, fromCsv, exact && manual),
    ...(least === null ? [] : [clue(resource, ["spec", "name"], key, least, strength, false)]),
  ];
}

function ofClusterServiceVersion(resource: Resource): readonly Clue[] {
  const operator = operatorList.find(({ csv }) => resource.name.startsWith(`${csv}.`));
  if (!operator) return [];
  const value = productVersion(operator, csvVersion(operator.csv, resource.name));
  if (value === null) return [];
  const { key, strength } = operator;
  return [clue(resource, ["metadata", "name"], key, value, strength + 3, key === "serverless")];
}

const controlPlane = 10;

function ofServiceMeshControlPlane(resource: Resource): readonly Clue[] {
  const version = clueAt(resource, ["spec", "version"], "mesh", controlPlane, releaseVersion);
  const family =
    resource.version === "v1" && isMapping(valueAt(resource.value, ["spec", "istio"]))
      ? [clue(resource, ["spec", "istio"], "mesh", "1.1", controlPlane - 1)]
      : [];
  return [
    ...version,
    ...family,
    ...clueAt(resource, ["spec", "security", "trust", "domain"], "trustDomain", 1),
    ...clueAt(resource, ["spec", "istio", "global", "trustDomain"], "trustDomain", 1),
    ...clueAt(resource, ["spec", "proxy", "networking", "clusterDomain"], "clusterDomain", 1),
    ...clueAt(resource, ["spec", "istio", "global", "proxy", "clusterDomain"], "clusterDomain", 1),
  ];
}

/** The control plane of Service Mesh 3; a Service Mesh 2 control plane beside it is what still runs. */
function ofIstio(resource: Resource): readonly Clue[] {
  const version = textAt(resource, ["spec", "version"]);
  const path = version === null ? ["kind"] : ["spec", "version"];
  return [
    clue(resource, path, "mesh", meshOfIstio(version ?? ""), version === null ? 7 : 8),
    ...clueAt(resource, ["spec", "values", "meshConfig", "trustDomain"], "trustDomain", 1),
    ...clueAt(resource, ["spec", "values", "global", "proxy", "clusterDomain"], "clusterDomain", 1),
  ];
}

/**
 * The domain of Knative's own routes: the key of ConfigMap `config-domain` without a selector. It usually is the
 * cluster's, but need not be.
 */
function ofKnativeServing(resource: Resource): readonly Clue[] {
  return ["config-domain", "domain"].flatMap((map) => {
    const path = ["spec", "config", map];
    const domains = valueAt(resource.value, path);
    if (!isMapping(domains)) return [];
    return Object.entries(domains)
      .filter(([name, value]) => !name.startsWith("_") && value === "" && !isUnknown(name))
      .map(([name]) => clue(resource, [...path, name], "ingressDomain", name, 1, false));
  });
}

function ofClusterVersion(resource: Resource): readonly Clue[] {
  return [
    ...clueAt(resource, ["status", "desired", "version"], "openshift", 3, releaseVersion),
    ...clueAt(resource, ["spec", "desiredUpdate", "version"], "openshift", 2, releaseVersion),
    ...clueAt(resource, ["spec", "channel"], "openshift", 1, channelVersion),
  ];
}

const readers: ReadonlyMap<Kind, (resource: Resource) => readonly Clue[]> = new Map([
  ["Subscription.operators.coreos.com", ofSubscription],
  ["ClusterServiceVersion.operators.coreos.com", ofClusterServiceVersion],
  ["ServiceMeshControlPlane.maistra.io", ofServiceMeshControlPlane],
  ["Istio.sailoperator.io", ofIstio],
  ["IstioCNI.sailoperator.io", ofIstio],
  ["IstioRevision.sailoperator.io", ofIstio],
  ["Istio.operator.istio.io", ofIstio],
  ["IstioCNI.operator.istio.io", ofIstio],
  ["KnativeServing.operator.knative.dev", ofKnativeServing],
  ["ClusterVersion.config.openshift.io", ofClusterVersion],
  ["Ingress.config.openshift.io", (resource) => clueAt(resource, ["spec", "domain"], "ingressDomain", 2)],
  [
    "Infrastructure.config.openshift.io",
    (resource) => [
      ...clueAt(resource, ["status", "platformStatus", "type"], "platform", 2),
      ...clueAt(resource, ["spec", "platformSpec", "type"], "platform", 1),
    ],
  ],
  ["Node", (resource) => clueAt(resource, ["metadata", "labels", "kubernetes.io/arch"], "architectures", 1)],
]);

function newer(a: Clue, b: Clue): boolean {
  if (a.strength !== b.strength) return a.strength > b.strength;
  const [left, right] = [parseVersion(a.value), parseVersion(b.value)];
  return left !== null && right !== null && compareVersions(left, right) > 0;
}

/** What the resources of a set and its context show about the cluster. */
export function detectProfile(resources: readonly Resource[]): ReadonlyMap<ProfileKey, Detected> {
  const hasServiceMesh2 = resources.some(
    ({ kind, version }) => kind === "ServiceMeshControlPlane.maistra.io" && version === "v2",
  );
  const found = new Map<ProfileKey, Clue>();
  const architectures = new Set<string>();
  for (const resource of resources) {
    for (const next of readers.get(resource.kind)?.(resource) ?? []) {
      // A control plane of Service Mesh 2 without a version still says more than an operator beside it.
      if (hasServiceMesh2 && next.key === "mesh" && parseVersion(next.value)?.major !== 2) continue;
      if (next.key === "architectures") architectures.add(next.value);
      const known = found.get(next.key);
      if (!known || newer(next, known)) found.set(next.key, next);
    }
  }
  const first = found.get("architectures");
  if (first) found.set("architectures", { ...first, value: [...architectures].toSorted().join() });
  return found;
}
