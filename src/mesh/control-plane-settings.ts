import { load } from "js-yaml";
import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { read, readString, readStrings, readText, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";
import { kinds } from "./kinds.ts";
import type { Mesh } from "./meshes.ts";

/** Profiles that the operator ships (maistra/istio-operator `resources/smcp-templates`). */
const shipped: ReadonlySet<string> = new Set(["default", "small", "maistra", "servicemesh"]);

/** Names in `spec.profiles` (`spec.template` in v1) that the operator does not ship; null if they are not known. */
export function foreignProfiles(controlPlane: Resource): readonly string[] | null {
  const profiles = readStrings(controlPlane, ["spec", "profiles"]);
  const template = readString(controlPlane, ["spec", "template"]);
  if (profiles.state === "unknown" || template.state === "unknown") return null;
  const single = template.state === "value" ? [template.value] : [];
  return [...single, ...valueOr(profiles, [])].filter((name) => !shipped.has(name));
}

/** The control plane that a ConfigMap `smcp-templates` holds under a profile's name; undefined: not at hand. */
export function profileTemplate(graph: Graph, profile: string): Value | undefined {
  for (const map of graph.named(kinds.ConfigMap, null, "smcp-templates")) {
    const text = readText(map, ["data", profile]);
    if (text.state !== "value") continue;
    const template = parseYaml(text.value);
    if (isMapping(template)) return template;
  }
  return undefined;
}

/** YAML inside a string; undefined if it cannot be read. */
export function parseYaml(text: string): unknown {
  try {
    return load(text);
  } catch {
    return undefined;
  }
}

/**
 * A field of a ServiceMeshControlPlane as the operator sees it: where the object leaves it out, a profile of the
 * cluster may set it (definition D8), so it is unknown unless that profile is at hand.
 */
export function readSetting(graph: Graph, controlPlane: Resource, path: Path): Reading<Value> {
  const reading = read(controlPlane, path);
  if (reading.state !== "absent" || controlPlane.kind !== kinds.ServiceMeshControlPlane) return reading;
  const profiles = foreignProfiles(controlPlane);
  if (profiles === null) return { state: "unknown", why: "the profiles of the control plane" };
  // Profiles later in the list win (maistra/istio-operator `pkg/controller/versions/strategy_v2_5.go`).
  for (const profile of profiles.toReversed()) {
    const template = profileTemplate(graph, profile);
    if (template === undefined) return { state: "unknown", why: `profile ${profile} of the control plane` };
    const value = valueAt(template, path);
    if (value !== undefined && value !== null) return { state: "value", value };
  }
  return reading;
}

/**
 * A switch of a mesh's control plane; unknown where its candidates differ. Absent for a mesh whose control plane is
 * outside the set: then the operator's default is what the documents rely on.
 */
export function readSwitch(graph: Graph, mesh: Mesh, path: Path): Reading<boolean> {
  const readings = mesh.controlPlanes.map((plane) => readSetting(graph, plane.resource, path));
  const [first = { state: "absent" } as const, ...others] = readings;
  if (first.state === "unknown") return first;
  const value = first.state === "value" ? first.value : undefined;
  const agreed = others.every((other) => (other.state === "value" ? other.value : undefined) === value);
  if (!agreed || (value !== undefined && typeof value !== "boolean")) {
    return { state: "unknown", why: `${path.join(".")} of the control plane` };
  }
  return value === undefined ? { state: "absent" } : { state: "value", value };
}
