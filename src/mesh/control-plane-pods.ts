import type { Graph, PodTemplate } from "../model/graph.ts";
import { excludesPort, podExcludesPort } from "./excluded-ports.ts";
import { valueOr } from "./field.ts";
import { meshesOf } from "./membership.ts";
import { workloadMode } from "./mtls.ts";

/** What the API server and the kubelet reach from outside the mesh. */
export const controlPlaneNames: readonly string[] =
  `webhook net-istio-webhook controller net-istio-controller autoscaler-hpa
  eventing-webhook eventing-controller imc-controller mt-broker-controller eventing-istio-controller
  kafka-webhook-eventing`.split(/\s+/);

/** The port of every webhook of Knative. */
const webhookPort = 8443;

/** Whether the API server's calls come through: the port is left alone, or takes callers without a certificate. */
export function isWebhookReachable(graph: Graph, pod: PodTemplate): boolean {
  const own = podExcludesPort(pod, webhookPort);
  if (own.state === "value") return own.value;
  const home = meshesOf(graph, pod.namespace);
  if (home.state !== "member") return false;
  const planes = home.mesh.controlPlanes.map((plane) => plane.resource);
  if (planes.some((plane) => valueOr(excludesPort(graph, plane, webhookPort), false))) return true;
  const mode = workloadMode(graph, pod, home.mesh, webhookPort);
  return mode.state === "known" && mode.mode !== "STRICT";
}
