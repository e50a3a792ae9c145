import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import { type Place, readBoolean, read, type Reading, readString } from "../field.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { isPatched } from "../patches.ts";

/** Where OpenShift sandboxed containers lives, and what its operator calls its PeerPodConfig. */
export const operatorNamespace = "openshift-sandboxed-containers-operator";
export const configName = "peerpodconfig-openshift";
/** The extended resource that counts a node's peer pods. */
export const vmResource = "kata.peerpods.io/vm";
/** The runtime class of peer pods, and the handler behind it. */
export const remoteClass = "kata-remote";
/** The limit that the operator writes into its own PeerPodConfig, and that of the controller where none is written. */
export const limits = { operator: 10, controller: 1 } as const;

/** The field of a PeerPodConfig that names each store, and the default of its definition. */
export const storeFields = { Secret: "cloudSecretName", ConfigMap: "configMapName" } as const;
const usualNames = { Secret: "peer-pods-secret", ConfigMap: "peer-pods-cm" } as const;

/** What a PeerPodConfig calls its Secret or ConfigMap; a KataConfig stands for the one that the operator writes. */
export function storeOf(config: Resource, store: keyof typeof storeFields): Reading<string> {
  const written =
    config.kind === kinds.PeerPodConfig
      ? readString(config, ["spec", storeFields[store]])
      : ({ state: "absent" } as const);
  return written.state === "absent" ? { state: "value", value: usualNames[store] } : written;
}

export type PeerPodsState =
  | { readonly state: "enabled"; readonly at: Place }
  /** `at`: the KataConfig that leaves them off; null: there is none. */
  | { readonly state: "disabled"; readonly at: Place | null }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether a KataConfig switches peer pods on: one that does is enough. */
export const peerPodsState = once((graph: Graph): PeerPodsState => {
  const path = ["spec", "enablePeerPods"];
  const configs = graph.all(kinds.KataConfig);
  const settings = configs.map((resource) => ({ resource, enabled: readBoolean(resource, path) }));
  const on = settings.find(({ enabled }) => enabled.state === "value" && enabled.value);
  if (on) return { state: "enabled", at: { resource: on.resource, path } };
  const open = settings.some(
    ({ resource, enabled }) => enabled.state === "unknown" || isPatched(graph, resource),
  );
  const fragments = graph.fragments(kinds.KataConfig).some(({ form }) => form === "patch");
  if (open || fragments || !graph.owns("peerpods"))
    return { state: "unknown", needs: "the KataConfig, which says whether peer pods are enabled" };
  const [off] = configs;
  return { state: "disabled", at: off ? { resource: off, path } : null };
});

/** Whether the cluster that the set is for has peer pods at all: a KataConfig tells, else a PeerPodConfig. */
export function hasPeerPods(graph: Graph): "yes" | "no" | "unknown" {
  const enabled = peerPodsState(graph);
  if (enabled.state === "enabled") return "yes";
  if (graph.all(kinds.KataConfig).length > 0) return enabled.state === "disabled" ? "no" : "unknown";
  if (graph.all(kinds.PeerPodConfig).length > 0) return "yes";
  return enabled.state === "disabled" ? "no" : "unknown";
}

/** How a limit is written: a whole number in a string is the only right form. */
export type Limit =
  | { readonly state: "number"; readonly value: number }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string }
  /** `written`: as a message names it. */
  | { readonly state: "bare"; readonly text: string; readonly written: string; readonly whole: boolean }
  | { readonly state: "wrong"; readonly text: string };

export function limitOf(config: Resource): Limit {
  const reading = read(config, ["spec", "limit"]);
  if (reading.state !== "value") return reading;
  const { value } = reading;
  if (typeof value === "string")
    return /^\d+$/.test(value)
      ? { state: "number", value: Number(value) }
      : { state: "wrong", text: JSON.stringify(value) };
  if (typeof value === "object")
    return { state: "bare", text: "", written: "a list or mapping", whole: false };
  const text = String(value);
  return { state: "bare", text, written: `${text} without quotes`, whole: /^\d+$/.test(text) };
}

/**
 * How many peer pods one node may have. Without a PeerPodConfig it is what the ConfigMap says, which newer adaptors
 * read, else what the operator writes.
 */
export const limitPerNode = once((graph: Graph): Reading<number> => {
  const unknown = { state: "unknown", why: "the limit of the PeerPodConfig" } as const;
  const configs = graph.all(kinds.PeerPodConfig);
  if (configs.length === 0) {
    const map = configMapOf(graph);
    const written = map
      ? readString(map, ["data", "PEERPODS_LIMIT_PER_NODE"])
      : ({ state: "absent" } as const);
    if (written.state === "value" && /^\d+$/.test(written.value))
      return { state: "value", value: Number(written.value) };
    const usual = written.state === "absent" && peerPodsState(graph).state === "enabled";
    return usual ? { state: "value", value: limits.operator } : unknown;
  }
  const found = new Set(
    configs.map((config): number | null => {
      const limit = limitOf(config);
      if (limit.state === "number") return limit.value;
      return limit.state === "absent" && !isPatched(graph, config) ? limits.controller : null;
    }),
  );
  const [only = null] = found;
  return found.size === 1 && only !== null ? { state: "value", value: only } : unknown;
});

/** The ConfigMap with the settings of peer pods, under the name that the PeerPodConfig gives it. */
export function configMapOf(graph: Graph): Resource | null {
  const [config] = graph.all(kinds.PeerPodConfig);
  const name = config
    ? storeOf(config, "ConfigMap")
    : { state: "value" as const, value: usualNames.ConfigMap };
  if (name.state !== "value") return null;
  return graph.all(kinds.ConfigMap).find((map) => map.name === name.value) ?? null;
}
