import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, type Path, type Value } from "../model/value.ts";
import { controlPlaneOf } from "./control-planes.ts";
import { readSetting } from "./control-plane-settings.ts";
import { annotation, scalarText } from "./field.ts";
import type { Reading } from "./field.ts";
import { kinds } from "./kinds.ts";

const inbound = ["spec", "proxy", "networking", "trafficControl", "inbound"];

/** Where a control plane lists the inbound ports that sidecars leave alone, and where those that they take. */
export function portPaths(
  graph: Graph,
  controlPlane: Resource,
): { readonly excluded: Path; readonly included: Path } {
  const family = controlPlaneOf(graph, controlPlane)?.family;
  const proxy =
    family === "ossm1" ? ["spec", "istio", "global", "proxy"] : ["spec", "values", "global", "proxy"];
  if (controlPlane.kind === kinds.ServiceMeshControlPlane && family !== "ossm1")
    return { excluded: [...inbound, "excludedPorts"], included: [...inbound, "includedPorts"] };
  return { excluded: [...proxy, "excludeInboundPorts"], included: [...proxy, "includeInboundPorts"] };
}

/** Ports as a list (Service Mesh 2) or as one text with commas (charts, annotations); null if not readable. */
function portsOf(value: Value): readonly string[] | null {
  const entries = isList(value) ? value.map(scalarText) : scalarText(value)?.split(",");
  if (!entries) return null;
  const texts = entries.filter((entry) => entry !== undefined);
  return texts.length === entries.length
    ? texts.map((text) => text.trim()).filter((text) => text !== "")
    : null;
}

function asPorts(reading: Reading<Value>): Reading<readonly string[]> {
  if (reading.state !== "value") return reading;
  const ports = portsOf(reading.value);
  return ports ? { state: "value", value: ports } : { state: "unknown", why: "the list of ports" };
}

/**
 * Whether sidecars leave an inbound port alone by the mesh-wide setting: it is excluded, or only other ports are
 * included (maistra/istio-operator `files/injection-template.yaml`).
 */
export function excludesPort(graph: Graph, controlPlane: Resource, port: number): Reading<boolean> {
  const { excluded, included } = portPaths(graph, controlPlane);
  const out = asPorts(readSetting(graph, controlPlane, excluded));
  if (out.state === "unknown") return out;
  if (out.state === "value" && out.value.includes(String(port))) return { state: "value", value: true };
  const only = asPorts(readSetting(graph, controlPlane, included));
  if (only.state !== "value") return only.state === "unknown" ? only : { state: "value", value: false };
  return { state: "value", value: !only.value.includes("*") && !only.value.includes(String(port)) };
}

export const excludeInboundPortsKey = "traffic.sidecar.istio.io/excludeInboundPorts";

/** What a pod's own annotation says about a port. It replaces the mesh-wide list; absent: that list counts. */
export function podExcludesPort(pod: PodTemplate, port: number): Reading<boolean> {
  const ports = asPorts(annotation(pod, excludeInboundPortsKey));
  return ports.state === "value" ? { state: "value", value: ports.value.includes(String(port)) } : ports;
}
