import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { idKey, label } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { atLeast, formatVersion } from "../model/version.ts";
import { controlPlanes } from "./control-planes.ts";
import type { ControlPlane } from "./control-planes.ts";
import { read, readBoolean, readList, readString, valueOr } from "./field.ts";
import { gatewayWorkloads, workloadsOf } from "./gateway-workloads.ts";
import { ingressGateways, localGateways } from "./knative-gateways.ts";
import { meshOf, meshVersion } from "./meshes.ts";
import { operatorNamespace } from "./namespaces.ts";
import { isServerlessMesh } from "./serverless-mesh.ts";

/** What the operator's webhook refuses in a ServiceMeshControlPlane, or what Knative cannot do without. */
export type ControlPlaneFlaw =
  | {
      readonly state: "wrong";
      readonly path: Path;
      readonly message: string;
      readonly advice: string;
      /** The key is what is wrong. */
      readonly atKey?: boolean;
      readonly related?: readonly { readonly resource: Resource; readonly message: string }[];
    }
  | { readonly state: "unknown"; readonly needs: string };

const modePath: Path = ["spec", "mode"];
const previewMode: Path = ["spec", "techPreview", "controlPlaneMode"];
const modes: readonly string[] = ["MultiTenant", "ClusterWide"];
/** The version that knows `spec.mode`. */
const modeSince = "2.4";

/** The other control planes of Service Mesh 1 and 2; candidates of one object are one. */
function othersOf(graph: Graph, { resource }: ControlPlane): readonly Resource[] {
  return controlPlanes(graph)
    .filter((plane) => plane.family !== "ossm3" && idKey(plane.resource) !== idKey(resource))
    .map((plane) => plane.resource);
}

function* placeFlaws(graph: Graph, plane: ControlPlane): Generator<ControlPlaneFlaw> {
  const { resource, namespace } = plane;
  if (namespace === operatorNamespace)
    yield {
      state: "wrong",
      path: ["metadata", "namespace"],
      message: `a control plane in ${operatorNamespace}, where the operators run, is refused`,
      advice: "give the control plane a namespace of its own, such as istio-system",
    };
  const [first] = othersOf(graph, plane).filter((other) => other.namespace === namespace);
  // Of two only one is told: the one that comes later, else the only one that is the set's.
  const speaks = first && (first.standing !== "own" || first.name < resource.name);
  if (namespace !== null && speaks)
    yield {
      state: "wrong",
      path: ["metadata", "name"],
      message: `${label(first)} is there already, and a namespace takes one control plane only`,
      advice: "keep one of the two, or move one with its member roll to another namespace",
      related: [{ resource: first, message: "the other one" }],
    };
}

function* modeFlaws(graph: Graph, plane: ControlPlane): Generator<ControlPlaneFlaw> {
  const { resource } = plane;
  const mesh = meshOf(graph, resource);
  const version = plane.version ?? (mesh ? meshVersion(graph, mesh) : null);
  const mode = readString(resource, modePath);
  const preview = read(resource, previewMode);
  const selectors = readList(resource, ["spec", "meshConfig", "discoverySelectors"]);
  const selects = selectors.state === "value" && selectors.value.length > 0;
  if (mode.state === "unknown") yield { state: "unknown", needs: mode.why };
  if (mode.state !== "absent" || preview.state === "value" || selects) {
    if (version === null) return yield { state: "unknown", needs: "the version of the control plane" };
  }
  const recent = version !== null && atLeast(version, modeSince);
  const shown = version === null ? "" : `v${formatVersion(version)}`;
  if (mode.state === "value" && !recent)
    yield {
      state: "wrong",
      path: modePath,
      atKey: true,
      message: `spec.mode is known from v${modeSince} on, and this control plane is ${shown}`,
      advice: `leave spec.mode out, or raise the version to v${modeSince}`,
    };
  else if (mode.state === "value" && !modes.includes(mode.value))
    yield {
      state: "wrong",
      path: modePath,
      message: `mode is "${mode.value}", but it is ${modes.join(" or ")}`,
      advice: "write MultiTenant, or leave it out",
    };
  if (preview.state === "value" && recent)
    yield {
      state: "wrong",
      path: previewMode,
      atKey: true,
      message: `techPreview.controlPlaneMode is refused from v${modeSince} on, and this control plane is ${shown}`,
      advice: "write spec.mode instead",
    };
  const wide = valueOr(mode, "") === "ClusterWide";
  if (selects && mode.state !== "unknown" && !(wide && recent))
    yield {
      state: "wrong",
      path: ["spec", "meshConfig", "discoverySelectors"],
      atKey: true,
      message: recent
        ? "discoverySelectors are for a control plane with mode: ClusterWide only"
        : `discoverySelectors are known from v${modeSince} on, and this control plane is ${shown}`,
      advice: "leave them out, and list the members in the ServiceMeshMemberRoll",
    };
  const others = othersOf(graph, plane);
  if (wide && recent && others[0])
    yield {
      state: "wrong",
      path: modePath,
      message: `a ClusterWide control plane has to be the only one, but ${label(others[0])} is there too`,
      advice: "write MultiTenant, or remove the other control plane",
      related: others.map((other) => ({ resource: other, message: "another control plane" })),
    };
}

function* nameFlaws({ resource }: ControlPlane): Generator<ControlPlaneFlaw> {
  const taken: Path = ["spec", "gateways", "additionalIngress", "istio-ingressgateway"];
  if (read(resource, taken).state !== "absent")
    yield {
      state: "wrong",
      path: taken,
      atKey: true,
      message:
        "istio-ingressgateway is the name of the default gateway, and an additional one may not have it",
      advice: "give the additional gateway another name, or put its settings under gateways.ingress",
    };
}

function* ingressFlaws(graph: Graph, { resource, family }: ControlPlane): Generator<ControlPlaneFlaw> {
  const gateways: Path = family === "ossm1" ? ["spec", "istio", "gateways"] : ["spec", "gateways"];
  const one = family === "ossm1" ? "istio-ingressgateway" : "ingress";
  const off = [
    [...gateways, "enabled"],
    [...gateways, one, "enabled"],
  ].find((path) => valueOr(readBoolean(resource, path), true) === false);
  if (off === undefined || isServerlessMesh(graph, resource) !== "yes") return;
  const used = [...ingressGateways(graph), ...localGateways(graph)];
  // A selector that picks none of the gateways that are there is a mistake of its own.
  if (used.some((gateway) => workloadsOf(graph, gateway).workloads.length > 0)) return;
  if (used.length > 0 && gatewayWorkloads(graph).length > 0) return;
  if (!graph.owns("gateways")) return yield { state: "unknown", needs: "the ingress gateway of Knative" };
  yield {
    state: "wrong",
    path: off,
    message: "the ingress gateway is switched off, and no other one takes the requests for Knative",
    advice: "switch it on: requests for Knative Services arrive there",
  };
}

/** Whether a control plane has no ingress gateway and Knative needs it, or may need it. */
export function isIngressOff(graph: Graph, resource: Resource): boolean {
  const plane = controlPlanes(graph).find((one) => one.resource === resource);
  return plane !== undefined && [...ingressFlaws(graph, plane)].length > 0;
}

/** `maistra.io/v1` is the API of Service Mesh 1. */
function* apiFlaws({ resource, version }: ControlPlane): Generator<ControlPlaneFlaw> {
  if (resource.version !== "v1" || version === null || version.major < 2) return;
  yield {
    state: "wrong",
    path: ["apiVersion"],
    message: `a control plane of v${formatVersion(version)} takes apiVersion maistra.io/v2, and this is maistra.io/v1`,
    advice: "write maistra.io/v2, with the fields that belong to it",
  };
}

/** The flaws of one definition of a ServiceMeshControlPlane (maistra/istio-operator `webhooks/validation`). */
export function controlPlaneFlaws(graph: Graph, resource: Resource): readonly ControlPlaneFlaw[] {
  return controlPlanes(graph)
    .filter((plane) => plane.resource === resource)
    .flatMap((plane) => [
      ...placeFlaws(graph, plane),
      ...modeFlaws(graph, plane),
      ...nameFlaws(plane),
      ...ingressFlaws(graph, plane),
      ...apiFlaws(plane),
    ]);
}
