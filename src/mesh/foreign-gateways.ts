import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path } from "../model/value.ts";
import { readStrings, valueOr } from "./field.ts";
import { rivalsOf } from "./gateway-rivals.ts";
import { isMadeByKnative, knativeUses, sharedPods } from "./gateway-scope.ts";
import { workloadKinds } from "./kinds.ts";
import { ingressGateways, localGateways } from "./knative-gateways.ts";
import { membership } from "./membership.ts";
import { once } from "./memo.ts";
import { systemNamespaces } from "./namespaces.ts";
import { serverlessMesh } from "./serverless-mesh.ts";
import { knativeServices } from "./services.ts";
import { tenantsOf } from "./tenants.ts";

export type Foreign =
  { readonly state: "yes" | "no" } | { readonly state: "unknown"; readonly needs: string };

/**
 * Whether a Gateway is one of others in the mesh of Serverless. Service Mesh 3 watches every namespace, so that only
 * Gateways on Knative's own pods count there.
 */
export function isForeignGateway(graph: Graph, gateway: Resource): Foreign {
  const found = serverlessMesh(graph);
  if (found.state === "unknown") return found;
  if (found.state === "none" || isMadeByKnative(gateway) || knativeUses(graph, gateway).length > 0)
    return { state: "no" };
  // That it takes a port and a host away is the worse of the two: gateway/wildcard-443-conflict.
  const conflicts = rivalsOf(graph, gateway).some((candidates) =>
    candidates.some((rival) => rival.found.conflicts.length > 0),
  );
  if (conflicts) return { state: "no" };
  if (found.mesh.family === "ossm3") {
    const used = [...ingressGateways(graph), ...localGateways(graph)];
    const shared = used.map((own) => sharedPods(graph, own, gateway));
    if (shared.some(({ state }) => state === "yes")) return { state: "yes" };
    const open = shared.find((answer) => answer.state === "unknown");
    return open?.state === "unknown" ? open : { state: "no" };
  }
  const { namespace } = gateway;
  if (namespace !== null && namespace === found.mesh.namespace) return { state: "yes" };
  const home = membership(graph, namespace, found.mesh);
  if (home.state === "unknown") return { state: "unknown", needs: home.needs };
  return { state: home.state === "member" ? "yes" : "no" };
}

/** The namespaces of objects of Knative, those of its users included. */
const knativeNamespaces = once(
  (graph: Graph): ReadonlySet<string | null> =>
    new Set(
      graph.resources
        .filter(({ id, standing }) => standing !== "derived" && id.group.endsWith("knative.dev"))
        .map(({ namespace }) => namespace),
    ),
);

/** Members of a roll whose workloads are at hand and have nothing to do with Serverless, by the field that lists them. */
export function foreignMembers(
  graph: Graph,
  roll: Resource,
): readonly { readonly path: Path; readonly namespace: string }[] {
  const found = serverlessMesh(graph);
  if (found.state !== "found" || !found.mesh.rolls.includes(roll)) return [];
  if (!knativeServices(graph).some(({ namespace }) => namespace !== null)) return [];
  const members = valueOr(readStrings(roll, ["spec", "members"]), []);
  return members.flatMap((namespace, index) => {
    const used =
      systemNamespaces(graph).has(namespace) ||
      knativeNamespaces(graph).has(namespace) ||
      tenantsOf(graph, namespace).length > 0;
    const busy = graph
      .pods(namespace)
      .some(({ resource }) => (workloadKinds as readonly string[]).includes(resource.kind));
    return used || !busy ? [] : [{ path: ["spec", "members", index], namespace }];
  });
}
