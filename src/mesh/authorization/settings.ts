import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping } from "../../model/value.ts";
import type { Path, Value } from "../../model/value.ts";
import { atLeast } from "../../model/version.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { readSetting } from "../control-plane-settings.ts";
import { scalarText } from "../field.ts";
import { once, oncePer } from "../memo.ts";
import { istioVersion, meshes } from "../meshes.ts";
import type { Mesh } from "../meshes.ts";
import { membership } from "../membership.ts";
import { isExcludedNamespace } from "../membership.ts";
import type { Provider } from "./decide.ts";
import { normalizations } from "./path.ts";
import type { Normalization } from "./path.ts";
import type { Feature, PolicySettings } from "./policy.ts";

/** A mesh as its proxies see it: what the control plane's object says, defaults filled in. */
export interface MeshSettings extends PolicySettings {
  readonly mesh: Mesh;
  /** Namespace of policies that apply everywhere; null: not known. */
  readonly rootNamespace: string | null;
  readonly providerOf: (name: string) => Provider;
  readonly autoMutualTls: boolean;
  /** A Service port whose name tells no protocol is looked into. */
  readonly detectsProtocols: boolean;
}

/** Paths of one setting, in the order in which they count. */
type Setting = readonly Path[];

const sailConfig = (...path: Path): Path => ["spec", "values", "meshConfig", ...path];
const maistraConfigs = (...path: Path): Setting => [
  ["spec", "techPreview", "meshConfig", ...path],
  ["spec", "meshConfig", ...path],
];

function settingOf(graph: Graph, mesh: Mesh, paths: Setting): Value | undefined {
  for (const { resource } of mesh.controlPlanes) {
    for (const path of paths) {
      const reading = readSetting(graph, resource, path);
      if (reading.state === "value") return reading.value;
    }
  }
  return undefined;
}

function textSetting(graph: Graph, mesh: Mesh, paths: Setting): string | null {
  const value = settingOf(graph, mesh, paths);
  return typeof value === "string" && value !== "" && !isUnknown(value) ? value : null;
}

function texts(value: Value | undefined): readonly string[] {
  return isList(value) ? value.flatMap((item) => scalarText(item) ?? []) : [];
}

function normalizationOf(value: string | null): Normalization {
  return normalizations.find((known) => known === value) ?? "BASE";
}

/** Providers by name; those of access logs and the like are none for CUSTOM. */
function providersOf(value: Value | undefined): ReadonlyMap<string, Provider> {
  const found = new Map<string, Provider>();
  for (const entry of isList(value) ? value : []) {
    if (!isMapping(entry) || typeof entry.name !== "string") continue;
    const service = (key: string): boolean => {
      const config = entry[key];
      return isMapping(config) && Boolean(config.service) && Boolean(config.port);
    };
    let provider: Provider = "invalid";
    if (service("envoyExtAuthzHttp")) provider = "http";
    if (service("envoyExtAuthzGrpc")) provider = "grpc";
    found.set(entry.name, provider);
  }
  return found;
}

function compute(graph: Graph, mesh: Mesh): MeshSettings {
  const sail = mesh.family === "ossm3";
  const config = (...path: Path): Setting => (sail ? [sailConfig(...path)] : maistraConfigs(...path));
  const version = istioVersion(graph, mesh);
  const since = (least: string): Feature => (version === null || atLeast(version, least) ? "yes" : "no");
  const newest: Feature = sail ? "yes" : "unknown";
  const domain =
    textSetting(graph, mesh, [
      ["spec", "security", "trust", "domain"],
      ["spec", "istio", "global", "trustDomain"],
      ...config("trustDomain"),
    ]) ?? graph.profile.trustDomain;
  const aliases = [["spec", "security", "trust", "additionalDomains"], ...config("trustDomainAliases")];
  const providers = providersOf(settingOf(graph, mesh, config("extensionProviders")));
  const known = mesh.controlPlanes.length > 0;
  const automatic = settingOf(graph, mesh, [
    ["spec", "security", "dataPlane", "automtls"],
    ["spec", "istio", "global", "mtls", "auto"],
    ...config("enableAutoMtls"),
  ]);
  const detection = settingOf(graph, mesh, [
    ["spec", "proxy", "networking", "protocol", "autoDetect", "inbound"],
  ]);
  return {
    mesh,
    rootNamespace: textSetting(graph, mesh, config("rootNamespace")) ?? mesh.namespace,
    trustDomains: [domain, ...texts(settingOf(graph, mesh, aliases))],
    normalization: normalizationOf(textSetting(graph, mesh, config("pathNormalization", "normalization"))),
    pathTemplates: since("1.22"),
    serviceAccounts: newest,
    trustDomainsField: newest,
    quoted: sail,
    providerOf: (name) => providers.get(name) ?? (known ? "invalid" : "unknown"),
    autoMutualTls: automatic !== false,
    detectsProtocols: sail || detection === true,
  };
}

/** What the control plane of a mesh says about policies and proxies. */
export const meshSettings: (graph: Graph, mesh: Mesh) => MeshSettings = oncePer(compute);

export type HomeMesh =
  | { readonly state: "in"; readonly settings: MeshSettings }
  | { readonly state: "out"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** The mesh in whose reach a namespace is: as a member, or as the namespace of the control plane itself. */
export const homeMesh = oncePer((graph: Graph, namespace: string): HomeMesh => {
  const all = meshes(graph);
  const own = all.find((mesh) => mesh.namespace === namespace);
  if (own) return { state: "in", settings: meshSettings(graph, own) };
  const answers = all.map((mesh) => ({ mesh, answer: membership(graph, namespace, mesh) }));
  const member = answers.find(({ answer }) => answer.state === "member");
  if (member) return { state: "in", settings: meshSettings(graph, member.mesh) };
  for (const { answer } of answers) {
    if (answer.state === "unknown") return { state: "unknown", needs: answer.needs };
  }
  if (all.length === 0 && !isExcludedNamespace(namespace) && !graph.owns("mesh")) {
    return { state: "unknown", needs: "the control plane and its member roll" };
  }
  return { state: "out", why: `${namespace} is a member of no mesh` };
});

/** The objects of one kind by their namespace; `null` for those whose namespace is not known. */
export function byNamespace(
  resourcesOf: (graph: Graph) => readonly Resource[],
): (graph: Graph) => ReadonlyMap<string | null, readonly Resource[]> {
  return once((graph) => {
    const groups = new Map<string | null, Resource[]>();
    for (const resource of resourcesOf(graph)) {
      const group = groups.get(resource.namespace);
      if (group) group.push(resource);
      else groups.set(resource.namespace, [resource]);
    }
    return groups;
  });
}
