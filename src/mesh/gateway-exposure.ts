import type { Graph } from "../model/graph.ts";
import { label, type Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { readSetting } from "./control-plane-settings.ts";
import { read, readList, readMap, readString, valueOr } from "./field.ts";
import type { Reading } from "./field.ts";
import { gatewayWorkloads, servicePicks, workloadsOf } from "./gateway-workloads.ts";
import type { GatewayWorkload } from "./gateway-workloads.ts";
import { kinds } from "./kinds.ts";
import { ingressGateways, knativeGateways, localGateways } from "./knative-gateways.ts";
import { anyOf } from "./label-match.ts";
import type { Match } from "./label-match.ts";
import { localService } from "./local-service.ts";
import { once } from "./memo.ts";
import { isServerlessMesh } from "./serverless-mesh.ts";

const defaultGateway = "istio-ingressgateway";

/**
 * The gateway pods of the Serverless mesh that Knative's Gateways configure. Where these select none, or are not at
 * hand: those of the control plane's default ingress gateway.
 */
export const knativePods = once((graph: Graph): readonly GatewayWorkload[] => {
  const serves = ({ controlPlane }: GatewayWorkload): boolean =>
    controlPlane === null || isServerlessMesh(graph, controlPlane) === "yes";
  const selected = [...ingressGateways(graph), ...localGateways(graph)]
    .flatMap((gateway) => workloadsOf(graph, gateway).workloads)
    .filter(serves);
  if (selected.length > 0) return [...new Set(selected)];
  return gatewayWorkloads(graph).filter(
    (workload) =>
      workload.controlPlane !== null && workload.resource.name === defaultGateway && serves(workload),
  );
});

/** Whether Knative's configuration names a Service as the way to its gateways. */
export function isNamedByKnative(graph: Graph, namespace: string | null, name: string): boolean {
  return knativeGateways(graph).gateways.some(
    ({ service }) => service !== null && service.name === name && service.namespace === namespace,
  );
}

/** Without the pods at hand: a selector for gateways, as documents and charts write it. */
function looksLikeGateway(service: Resource): boolean {
  const selector = readMap(service, ["spec", "selector"]);
  return Object.values(valueOr(selector, {})).some(
    (value) => typeof value === "string" && value.includes("gateway"),
  );
}

/** Whether a Service leads to the gateway pods that Knative uses. */
export function leadsToKnative(graph: Graph, service: Resource): Match {
  if (isNamedByKnative(graph, service.namespace, service.name)) return "yes";
  const local = localService(graph);
  if (local.state === "found" && local.services.includes(service)) return "yes";
  const pods = knativePods(graph);
  if (pods.length > 0) return anyOf(pods.map((workload) => servicePicks(service, workload)));
  return looksLikeGateway(service) ? "unknown" : "no";
}

/** Types of a Service that open it to clients outside the cluster. */
const openTypes: ReadonlySet<string> = new Set(["LoadBalancer", "NodePort"]);

/** A field that opens a gateway to clients outside the cluster, and how. */
export interface Opening {
  readonly path: Path;
  readonly by: "type" | "externalIPs" | "hostNetwork" | "hostPort";
  readonly value: string;
}

const opensByType = (type: string, path: Path): readonly Opening[] =>
  openTypes.has(type) ? [{ path, by: "type", value: type }] : [];

/** What opens a Service; absent: nothing. */
export function openingsOfService(service: Resource): Reading<readonly Opening[]> {
  const typePath = ["spec", "type"];
  const addressPath = ["spec", "externalIPs"];
  const type = readString(service, typePath);
  const addresses = read(service, addressPath);
  const open = [type, addresses].find((reading) => reading.state === "unknown");
  if (open?.state === "unknown") return open;
  const list = valueOr(addresses, null);
  const external: readonly Opening[] =
    isList(list) && list.length > 0
      ? [{ path: addressPath, by: "externalIPs", value: list.map(String).join(", ") }]
      : [];
  return { state: "value", value: [...opensByType(valueOr(type, ""), typePath), ...external] };
}

/** The settings of a gateway in its control plane; those of the default one if it has none. */
function settingsPath({ resource }: GatewayWorkload, controlPlane: Resource): Path {
  const written = resource.origin.from === "derived" ? resource.origin.path : [];
  const older = isMapping(valueAt(controlPlane.value, ["spec", "istio"]));
  if (older) return ["spec", "istio", "gateways", defaultGateway];
  return [...(written.length > 1 ? written : ["spec", "gateways", "ingress"]), "service"];
}

/** What a control plane opens of one of its gateways. */
export function openingsOfGateway(
  graph: Graph,
  controlPlane: Resource,
  workload: GatewayWorkload,
): Reading<readonly Opening[]> {
  const path = [...settingsPath(workload, controlPlane), "type"];
  const type = readSetting(graph, controlPlane, path);
  if (type.state === "unknown") return type;
  const named = valueOr(type, null);
  return { state: "value", value: typeof named === "string" ? opensByType(named, path) : [] };
}

/** What opens the pods of a gateway that people make: the network or a port of the node. */
export function openingsOfPods({ pod }: GatewayWorkload): readonly Opening[] {
  const network: readonly Opening[] =
    valueAt(pod.spec, ["hostNetwork"]) === true
      ? [{ path: [...pod.specPath, "hostNetwork"], by: "hostNetwork", value: "true" }]
      : [];
  const containers = valueAt(pod.spec, ["containers"]);
  const hostPorts = (isList(containers) ? containers : []).flatMap((container, index) => {
    const ports = valueAt(container, ["ports"]);
    return (isList(ports) ? ports : []).flatMap((port, position): readonly Opening[] => {
      const number = valueAt(port, ["hostPort"]);
      if (typeof number !== "number" || number === 0) return [];
      const path = [...pod.specPath, "containers", index, "ports", position, "hostPort"];
      return [{ path, by: "hostPort", value: String(number) }];
    });
  });
  return [...network, ...hostPorts];
}

/** OpenShift Serverless, the mesh's operator and other controllers make Routes too. */
export function isMadeRoute(route: Resource): boolean {
  const labels = valueOr(readMap(route, ["metadata", "labels"]), {});
  const owners = valueOr(readList(route, ["metadata", "ownerReferences"]), []);
  return (
    owners.length > 0 ||
    Object.keys(labels).some(
      (key) => key.startsWith("serving.knative.openshift.io/") || key === "maistra.io/generated-by",
    )
  );
}

/** A Service to which a Route, an Ingress or a route of the Gateway API sends requests. */
export interface Backend {
  readonly path: Path;
  /** `Service istio-system/istio-ingressgateway`. */
  readonly wanted: string;
  /** To the gateway pods that Knative uses. */
  readonly leads: Match;
}

export function backendsOf(graph: Graph, route: Resource): readonly Backend[] {
  return graph.out(route, "routes to").map(({ path, target, wanted }) => {
    const services = target.state === "found" ? target.resources : [];
    const [, namespace = "", name = ""] = /^Service ([^/]+)\/(.+)$/.exec(wanted) ?? [];
    const named = isNamedByKnative(graph, namespace, name);
    return {
      path,
      wanted,
      leads: named ? "yes" : anyOf(services.map((service) => leadsToKnative(graph, service))),
    };
  });
}

/** Whether a Service has node ports of its own. */
export function hasNodePorts(service: Resource): boolean {
  const ports = valueOr(readList(service, ["spec", "ports"]), []);
  return ports.some((port) => isMapping(port) && port.nodePort !== undefined);
}

export type KnativeOpenings =
  | {
      readonly state: "known";
      readonly openings: readonly Opening[];
      /** What would decide about the rest. */
      readonly needs: readonly string[];
    }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

const nothing: KnativeOpenings = { state: "known", openings: [], needs: [] };

function openingsInControlPlane(graph: Graph, controlPlane: Resource): KnativeOpenings {
  const serves = isServerlessMesh(graph, controlPlane);
  if (serves === "unknown") return { state: "unknown", needs: "the member roll that lists knative-serving" };
  if (serves === "no") return { state: "none", why: `${label(controlPlane)} is not the mesh of Serverless` };
  const answers = knativePods(graph)
    .filter((workload) => workload.controlPlane === controlPlane)
    .map((workload) => openingsOfGateway(graph, controlPlane, workload));
  return {
    state: "known",
    openings: answers.flatMap((answer) => valueOr(answer, [])),
    needs: answers.flatMap((answer) => (answer.state === "unknown" ? [answer.why] : [])),
  };
}

function openingsToKnative(graph: Graph, service: Resource): KnativeOpenings {
  const answer = openingsOfService(service);
  const openings = valueOr(answer, []);
  if (answer.state === "value" && openings.length === 0) return nothing;
  const leads = leadsToKnative(graph, service);
  if (leads === "no") return nothing;
  if (answer.state === "unknown") return { state: "unknown", needs: answer.why };
  const needs = `whether Service ${service.name} selects the pods of Knative's gateway`;
  return leads === "unknown" ? { state: "unknown", needs } : { state: "known", openings, needs: [] };
}

/** What opens Knative's gateway in a control plane, in a Service that leads to it, or in the Deployment of its pods. */
export function knativeOpenings(graph: Graph, resource: Resource): KnativeOpenings {
  if (resource.kind === kinds.ServiceMeshControlPlane) return openingsInControlPlane(graph, resource);
  if (resource.kind === kinds.Service) return openingsToKnative(graph, resource);
  const pods = knativePods(graph).filter((workload) => workload.resource === resource);
  return { state: "known", openings: pods.flatMap(openingsOfPods), needs: [] };
}
