import type { Graph } from "../model/graph.ts";
import { idKey, type Kind, type Resource } from "../model/resource.ts";
import { admissionNeeds } from "./admission/server-order.ts";
import { readString, valueOr } from "./field.ts";
import { gatewayWorkloads, workloadsOf } from "./gateway-workloads.ts";
import { ingressClass } from "./ingress-class.ts";
import { istioCniKinds, istioKinds, kinds, operatorKinds } from "./kinds.ts";
import { ingressGateways, localGateways } from "./knative-gateways.ts";
import { meshOf } from "./meshes.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** OLM packages of the operators that a set may install, and the kinds that each brings. */
export const packages = {
  serverless: "serverless-operator",
  mesh2: "servicemeshoperator",
  mesh3: "servicemeshoperator3",
} as const;
export type Package = (typeof packages)[keyof typeof packages];

/** The package of the operator that a resource of the set's own is for; null for other kinds. */
export function packageOf(kind: Kind): Package | null {
  if ((operatorKinds as readonly Kind[]).includes(kind)) return packages.serverless;
  if (kind.endsWith(".maistra.io")) return packages.mesh2;
  return ([...istioKinds, ...istioCniKinds] as readonly Kind[]).includes(kind) ? packages.mesh3 : null;
}

/** Subscriptions of a package, those of the context included. */
export function subscriptionsOf(graph: Graph, name: string): readonly Resource[] {
  return graph
    .all(kinds.OperatorSubscription)
    .filter((subscription) => valueOr(readString(subscription, ["spec", "name"]), "") === name);
}

/** Groups of kinds that come with a resource of an operator. */
function operatorOf(kind: Kind): Kind | null {
  if (/^Kafka(?:Source|Sink|Channel)\./.test(kind)) return kinds.KnativeKafka;
  if (kind.endsWith(".serving.knative.dev")) return kinds.KnativeServing;
  return /\.(?:eventing|messaging|sources|flows)\.knative\.dev$/.test(kind) ? kinds.KnativeEventing : null;
}

function meshObjects(graph: Graph, gateway: Resource): readonly Resource[] {
  const selected = workloadsOf(graph, gateway).workloads;
  return gatewayWorkloads(graph)
    .filter((workload) => selected.includes(workload))
    .flatMap(({ controlPlane }) => {
      const mesh = controlPlane === null ? undefined : meshOf(graph, controlPlane);
      return controlPlane === null ? [] : [controlPlane, ...(mesh?.rolls ?? [])];
    });
}

function all(graph: Graph, resource: Resource): readonly Resource[] {
  const { kind, namespace } = resource;
  const found: Resource[] = namespace === null ? [] : [...graph.named(kinds.Namespace, null, namespace)];
  const own = packageOf(kind);
  if (own !== null) found.push(...subscriptionsOf(graph, own));
  else if (/\.(?:networking|security|telemetry|extensions)\.istio\.io$/.test(kind))
    found.push(...subscriptionsOf(graph, packages.mesh2), ...subscriptionsOf(graph, packages.mesh3));
  if (kind === kinds.Gateway) found.push(...meshObjects(graph, resource));
  found.push(...admissionNeeds(graph, resource));
  const operator = operatorOf(kind);
  if (operator !== null) found.push(...graph.all(operator));
  const mesh = serverlessMesh(graph);
  if (kind === kinds.KnativeServing && ingressClass(resource).state === "istio" && mesh.state === "found") {
    found.push(...mesh.mesh.controlPlanes.map((plane) => plane.resource), ...mesh.mesh.rolls);
    found.push(...ingressGateways(graph), ...localGateways(graph));
  }
  return found;
}

/**
 * The set's own objects that have to be applied before a resource, each with all of its candidates (the documents' steps):
 * its Namespace, the Subscription of its operator, the control plane and roll of a Gateway's workload, the server of a
 * webhook, and of a KnativeServing with Istio the mesh and Knative's Gateways. That KnativeKafka needs Eventing is a rule of its own.
 */
export function prerequisites(graph: Graph, resource: Resource): readonly (readonly Resource[])[] {
  const groups = new Map<string, Resource[]>();
  for (const needed of all(graph, resource)) {
    if (needed.standing !== "own" || needed === resource) continue;
    const key = `${needed.kind} ${idKey(needed)}`;
    const group = groups.get(key);
    if (!group) groups.set(key, [needed]);
    else if (!group.includes(needed)) group.push(needed);
  }
  return [...groups.values()];
}
