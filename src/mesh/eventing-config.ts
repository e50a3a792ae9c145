import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { toJson } from "../model/value.ts";
import type { Mapping, Path } from "../model/value.ts";
import { readMap, readText } from "./field.ts";
import type { Place, Reading } from "./field.ts";
import { ingress } from "./ingress-class.ts";
import { membership } from "./membership.ts";
import { meshes } from "./meshes.ts";
import { eventingNamespace } from "./namespaces.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

const config = ["spec", "config"];

/** The feature `istio` of a KnativeEventing, and the field where it stands or would stand. */
export interface IstioFeature {
  readonly value: Reading<string>;
  readonly path: Path;
}

/**
 * What the operator decides by: here, unlike for the ConfigMap, the short name of the map comes first
 * (openshift-knative/serverless-operator `pkg/istio/eventingistio/istio.go`; definition D6).
 */
export function istioFeature(eventing: Resource): IstioFeature {
  const maps = ["features", "config-features"].map((name) => [...config, name]);
  const used = maps.find((path) => readMap(eventing, path).state !== "absent") ?? [...config, "features"];
  const path = [...used, "istio"];
  return { value: readText(eventing, path), path };
}

export function isEnabled({ value }: IstioFeature): "yes" | "no" | "unknown" {
  if (value.state === "unknown") return "unknown";
  return value.state === "value" && value.value.toLowerCase() === "enabled" ? "yes" : "no";
}

export type EventingInMesh =
  /** `at`: the field of another object that shows it; null where it is its own, or a stated fact. */
  | { readonly state: "yes"; readonly at: Place | null }
  | { readonly state: "no"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Service Mesh 1 and 2 take Eventing in as a whole; in Service Mesh 3 it is the feature that says so. */
function hasRolls(graph: Graph): boolean {
  const found = serverlessMesh(graph);
  return found.state === "found" ? found.mesh.family !== "ossm3" : graph.profile.mesh.major < 3;
}

/**
 * Whether Eventing's data plane belongs into the mesh: its Serving uses Istio in Service Mesh 1 or 2, its own feature
 * is on, or a member roll takes its namespace in.
 */
export function eventingInMesh(graph: Graph, eventing: Resource): EventingInMesh {
  const used = ingress(graph);
  if (used.state === "istio" && hasRolls(graph)) return { state: "yes", at: used.at };
  const feature = istioFeature(eventing);
  const enabled = isEnabled(feature);
  if (enabled === "yes") return { state: "yes", at: null };
  const namespace = eventing.namespace ?? eventingNamespace;
  const homes = meshes(graph)
    .filter((mesh) => mesh.family !== "ossm3")
    .map((mesh) => membership(graph, namespace, mesh));
  const member = homes.find(({ state }) => state === "member");
  if (member?.state === "member") return { state: "yes", at: member.at };
  if (enabled === "unknown") return { state: "unknown", needs: "the feature istio of the KnativeEventing" };
  const open = homes.find((home) => home.state === "unknown");
  if (open?.state === "unknown") return { state: "unknown", needs: open.needs };
  return { state: "no", why: "nothing shows that Eventing belongs to a mesh" };
}

/** A map of `spec.config` that stands there under its short and its full name. */
export interface DoubleMap {
  readonly name: string;
  readonly short: Mapping;
  readonly full: Mapping;
  /** Keys of the short map whose values do not reach the ConfigMap. */
  readonly lost: readonly string[];
}

/** Maps in both spellings: the full name fills the ConfigMap, nothing of the short one does (definition D6). */
export function doubleMaps(operator: Resource): readonly DoubleMap[] {
  const all = readMap(operator, config);
  if (all.state !== "value") return [];
  return Object.keys(all.value).flatMap((name): readonly DoubleMap[] => {
    const short = readMap(operator, [...config, name]);
    const full = readMap(operator, [...config, `config-${name}`]);
    if (short.state !== "value" || full.state !== "value") return [];
    const lost = Object.entries(short.value)
      .filter(([key, value]) => toJson(value) !== toJson(full.value[key]) || !Object.hasOwn(full.value, key))
      .map(([key]) => key);
    return [{ name, short: short.value, full: full.value, lost }];
  });
}
