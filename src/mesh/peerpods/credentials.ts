import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, type Path, type Value, valueAt } from "../../model/value.ts";
import { type Reading, readText } from "../field.ts";
import { kinds } from "../kinds.ts";
import { isPatched } from "../patches.ts";
import { operatorNamespace, storeFields, storeOf } from "./settings.ts";

/** Keys that the operator asks for (openshift/sandboxed-containers-operator `controllers/image_generator.go`). */
const wanted = {
  aws: {
    Secret: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ConfigMap: ["CLOUD_PROVIDER", "AWS_REGION", "AWS_SUBNET_ID", "AWS_VPC_ID", "AWS_SG_IDS"],
  },
  azure: {
    Secret: ["AZURE_SUBSCRIPTION_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"],
    ConfigMap: ["CLOUD_PROVIDER", "AZURE_RESOURCE_GROUP", "AZURE_REGION"],
  },
} as const;
/** With a federated identity Azure takes a token instead of the client's secret. */
const substitutes: ReadonlyMap<string, string> = new Map([
  ["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"],
]);
export type Provider = keyof typeof wanted;
export type Store = "Secret" | "ConfigMap";

const storeKinds: Readonly<Record<Store, readonly string[]>> = {
  Secret: [kinds.Secret, kinds.SealedSecret, kinds.ExternalSecret],
  ConfigMap: [kinds.ConfigMap],
};

function wantedKeys(provider: Provider, store: Store): readonly string[] {
  return wanted[provider][store];
}

export const isProvider = (name: string): name is Provider => Object.hasOwn(wanted, name);

/** The cloud whose keys a ConfigMap has, and no other's. */
function cloudOfKeys(map: Resource): Provider | null {
  const data = valueAt(map.value, ["data"]);
  const keys = isMapping(data) ? Object.keys(data) : [];
  const clouds = (["aws", "azure"] as const).filter((cloud) =>
    keys.some((key) => key.startsWith(`${cloud.toUpperCase()}_`)),
  );
  const [cloud, ...others] = clouds;
  return cloud !== undefined && others.length === 0 ? cloud : null;
}

/** The cloud in small letters: what the ConfigMap says, else the platform of the profile, else what its keys show. */
function providerOf(graph: Graph, settings: readonly Resource[]): Reading<string> {
  for (const map of settings) {
    const written = readText(map, ["data", "CLOUD_PROVIDER"]);
    if (written.state === "unknown") return written;
    if (written.state === "value" && written.value !== "")
      return { state: "value", value: written.value.toLowerCase() };
  }
  const { platform } = graph.profile;
  if (platform !== null && !isUnknown(platform)) return { state: "value", value: platform.toLowerCase() };
  const [shown] = settings.map(cloudOfKeys).filter((cloud) => cloud !== null);
  if (shown !== undefined) return { state: "value", value: shown };
  return { state: "unknown", why: "CLOUD_PROVIDER of the ConfigMap of peer pods, or profile.platform" };
}

/** The name of the Secret that a resource is or makes. */
function nameOf(resource: Resource): string {
  const paths: Readonly<Record<string, Path>> = {
    [kinds.SealedSecret]: ["spec", "template", "metadata", "name"],
    [kinds.ExternalSecret]: ["spec", "target", "name"],
  };
  const written = valueAt(resource.value, paths[resource.kind] ?? ["metadata", "name"]);
  return typeof written === "string" && written !== "" ? written : resource.name;
}

/** A store as the set gives it: its candidates, or what it means that there is none. */
type Found =
  | { readonly state: "found"; readonly resources: readonly Resource[] }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly needs: string };

const generators: Readonly<Record<Store, string>> = {
  Secret: "secretGenerator",
  ConfigMap: "configMapGenerator",
};

/** Whether a Kustomization generates a store of that name, whose content stands in files and lists. */
function isGenerated(graph: Graph, store: Store, name: string): boolean {
  return graph.set.documents.some(({ value }) => {
    const items = valueAt(value, [generators[store]]);
    return isList(items) && items.some((item) => valueAt(item, ["name"]) === name);
  });
}

/** The Secret or ConfigMap of a name; a Secret also as what makes one. */
function findStore(graph: Graph, store: Store, namespace: string, name: string): Found {
  const needs = `${store} ${namespace}/${name}`;
  const all = graph.all(...storeKinds[store]).filter(({ standing }) => standing !== "derived");
  const resources = all.filter((resource) => resource.namespace === namespace && nameOf(resource) === name);
  if (resources.length > 0) return { state: "found", resources };
  const fragments = graph.fragments(...storeKinds[store]);
  const may = [...all, ...fragments].some(
    (resource) =>
      nameOf(resource) === name &&
      (resource.namespace === null || (resource.form === "patch" && resource.namespace === namespace)),
  );
  if (may || isGenerated(graph, store, name) || !graph.owns("peerpods")) return { state: "unknown", needs };
  return { state: "absent" };
}

interface Keys {
  readonly filled: ReadonlySet<string>;
  /** There may be more of them than can be seen. */
  readonly open: boolean;
}

/** The entries of a mapping that are not empty. Their values are never looked at any further. */
function filledOf(value: Value | undefined): readonly string[] {
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (item === null || item === "" ? [] : [key]));
}

function keysOf(resource: Resource): Keys {
  const at = (...path: Path) => valueAt(resource.value, path);
  if (resource.kind === kinds.SealedSecret) {
    const filled = [...filledOf(at("spec", "encryptedData")), ...filledOf(at("spec", "template", "data"))];
    // The older form seals the whole Secret at once.
    return { filled: new Set(filled), open: at("spec", "data") !== undefined };
  }
  if (resource.kind === kinds.ExternalSecret) {
    const data = at("spec", "data");
    const single = (isList(data) ? data : []).flatMap((item) => {
      const key = valueAt(item, ["secretKey"]);
      return typeof key === "string" ? [key] : [];
    });
    const template = at("spec", "target", "template");
    const replaced = isMapping(template) && (template.data ?? template.templateFrom ?? null) !== null;
    const merged = valueAt(template, ["mergePolicy"]) === "Merge";
    const filled = [...filledOf(valueAt(template, ["data"])), ...(replaced && !merged ? [] : single)];
    const from = at("spec", "dataFrom");
    const open =
      (isList(from) && from.length > 0 && (!replaced || merged)) ||
      isMapping(valueAt(template, ["templateFrom", 0]));
    return { filled: new Set(filled), open };
  }
  const lists = resource.kind === kinds.Secret ? ["data", "stringData"] : ["data"];
  const open = lists.some((list) => {
    const value = at(list) ?? null;
    return value !== null && !isMapping(value);
  });
  return { filled: new Set(lists.flatMap((list) => filledOf(at(list)))), open };
}

/** Which keys a store lacks, or has empty; null: more keys may come from elsewhere. */
function missingKeys(graph: Graph, resource: Resource, keys: readonly string[]): readonly string[] | null {
  const { filled, open } = keysOf(resource);
  const missing = keys.filter((key) => !filled.has(key) && !filled.has(substitutes.get(key) ?? key));
  return missing.length > 0 && (open || isPatched(graph, resource)) ? null : missing;
}

/** The field that holds a store's keys. */
export function keysPath(resource: Resource): Path {
  if (resource.kind === kinds.SealedSecret) return ["spec", "encryptedData"];
  if (resource.kind === kinds.ExternalSecret) return ["spec", "data"];
  const plain = valueAt(resource.value, ["stringData"]) !== undefined;
  return resource.kind === kinds.Secret && plain ? ["stringData"] : ["data"];
}

/** Whether the operator's Subscription names an identity of the cloud, of which the operator makes the Secret. */
function isFederated(graph: Graph): boolean {
  return graph.all(kinds.OperatorSubscription).some(({ value }) => {
    const env = valueAt(value, ["spec", "config", "env"]);
    const named = isList(env) && env.some((item) => valueAt(item, ["name"]) === "CLIENTID");
    return named && valueAt(value, ["spec", "name"]) === "sandboxed-containers-operator";
  });
}

/** What a PeerPodConfig's Secret or ConfigMap lacks for a cloud. Only names of keys are told, never what they hold. */
export type StoreState =
  | { readonly state: "complete" }
  | { readonly state: "unknown"; readonly needs: string }
  | { readonly state: "absent"; readonly wanted: string }
  | { readonly state: "lacks"; readonly resource: Resource; readonly keys: readonly string[] };

/**
 * @param config a PeerPodConfig, or the KataConfig that makes the operator write one
 * @param provider the cloud, null where it is not known
 */
export function storeState(
  graph: Graph,
  config: Resource,
  store: Store,
  provider: string | null,
): StoreState {
  const namespace = config.namespace ?? operatorNamespace;
  const name = storeOf(config, store);
  if (name.state !== "value") return { state: "unknown", needs: storeFields[store] };
  const wanted = `${store} ${namespace}/${name.value}`;
  const found = findStore(graph, store, namespace, name.value);
  if (found.state === "unknown") return found;
  if (found.state === "absent") {
    // With a federated identity the operator makes the Secret, on AWS the cloud-credential operator.
    if (store === "Secret" && isFederated(graph)) return { state: "complete" };
    if (store === "ConfigMap" || (provider !== null && provider !== "aws"))
      return { state: "absent", wanted };
    return provider === "aws"
      ? { state: "complete" }
      : { state: "unknown", needs: `${wanted}, or the cloud` };
  }
  if (provider === null || !isProvider(provider)) return { state: "complete" };
  const keys = wantedKeys(provider, store);
  const lacks = found.resources.map((resource) => ({ resource, keys: missingKeys(graph, resource, keys) }));
  if (lacks.some((candidate) => candidate.keys?.length === 0)) return { state: "complete" };
  for (const candidate of lacks)
    if (candidate.keys === null) return { state: "unknown", needs: `all keys of ${wanted}` };
  const [first] = lacks;
  return first?.keys ? { state: "lacks", resource: first.resource, keys: first.keys } : { state: "complete" };
}

/** The cloud of a PeerPodConfig (or KataConfig): what its ConfigMap says, else the profile. */
export function cloudOf(graph: Graph, config: Resource): Reading<string> {
  const map = storeOf(config, "ConfigMap");
  if (map.state !== "value") return map;
  const found = findStore(graph, "ConfigMap", config.namespace ?? operatorNamespace, map.value);
  return providerOf(graph, found.state === "found" ? found.resources : []);
}
