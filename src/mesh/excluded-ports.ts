import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { label } from "../model/resource.ts";
import { isList, type Path, type Value } from "../model/value.ts";
import { controlPlaneOf } from "./control-planes.ts";
import { readSetting } from "./control-plane-settings.ts";
import { annotation, read, scalarText, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";
import { kinds } from "./kinds.ts";
import { meshOf } from "./meshes.ts";
import { controlPlaneMode } from "./mtls.ts";
import { isServerlessMesh, serverlessControlPlanes } from "./serverless-mesh.ts";
import { knativeServices } from "./services.ts";

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

/** Whether all Knative Services exclude a port themselves: then the mesh-wide list does not matter. */
export function servicesExcludePort(graph: Graph, port: number): boolean {
  const pods = knativeServices(graph).flatMap((service) => graph.podsOf(service));
  return pods.length > 0 && pods.every((pod) => valueOr(podExcludesPort(pod, port), false));
}

/** Whether one definition of a control plane lets callers without a certificate reach an inbound port. */
export type PortExclusion =
  | { readonly state: "excluded" }
  | {
      /** `replaced`: another definition excludes the port, and this one's list takes its place when it is applied. */
      readonly state: "missing" | "replaced";
      readonly path: Path;
      /** The list is there, so that the port can be added at its end. */
      readonly isList: boolean;
      /** The list is one of Service Mesh 2: of numbers. */
      readonly ofNumbers: boolean;
    }
  | { readonly state: "not-applicable"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

const notApplicable = (why: string): PortExclusion => ({ state: "not-applicable", why });

function lacking(
  graph: Graph,
  controlPlane: Resource,
  state: "missing" | "replaced",
): Extract<PortExclusion, { readonly path: Path }> {
  const path = portPaths(graph, controlPlane).excluded;
  const list = read(controlPlane, path);
  const ofNumbers = path[1] === inbound[1];
  return { state, path, isList: list.state === "value" && isList(list.value), ofNumbers };
}

/** A patch, or another definition of the control plane, replaces the list as a whole: it has to be complete too. */
function replacement(graph: Graph, controlPlane: Resource, port: number): PortExclusion {
  const list = read(controlPlane, portPaths(graph, controlPlane).excluded);
  const lacks = list.state === "value" && isList(list.value) && !list.value.includes(port);
  return lacks ? lacking(graph, controlPlane, "replaced") : { state: "excluded" };
}

function ofControlPlane(graph: Graph, controlPlane: Resource, port: number): PortExclusion {
  const serves = isServerlessMesh(graph, controlPlane);
  if (serves === "unknown") return { state: "unknown", needs: "the member roll that lists knative-serving" };
  const plane = controlPlaneOf(graph, controlPlane);
  const mesh = meshOf(graph, controlPlane);
  if (serves === "no" || !plane || !mesh)
    return notApplicable(`${label(controlPlane)} is not the mesh of Serverless`);
  const mode = controlPlaneMode(graph, mesh, plane);
  if (mode.state === "unknown") return mode;
  if (mode.mode !== "STRICT") return notApplicable("mutual TLS is not strict, so plain callers get in");
  const excluded = excludesPort(graph, controlPlane, port);
  if (excluded.state === "unknown") return { state: "unknown", needs: excluded.why };
  return valueOr(excluded, false) ? { state: "excluded" } : lacking(graph, controlPlane, "missing");
}

/** Judges each definition of a control plane of the Serverless mesh, patch fragments included. */
export function portExclusion(graph: Graph, controlPlane: Resource, port: number): PortExclusion {
  const planes = serverlessControlPlanes(graph);
  const others = planes.filter((plane) => plane !== controlPlane && plane.name === controlPlane.name);
  if (others.some((other) => valueOr(excludesPort(graph, other, port), false)))
    return replacement(graph, controlPlane, port);
  if (controlPlane.form === "patch")
    return notApplicable("a patch, and what it is applied to lacks the port too");
  if (others[0] && planes.indexOf(controlPlane) > planes.indexOf(others[0]))
    return notApplicable("another definition of this control plane is reported");
  return ofControlPlane(graph, controlPlane, port);
}
