import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMisdirected } from "./gateway-references.ts";
import { otherIngress } from "./gateway-scope.ts";
import { gatewayWorkloads, servicePicks, workloadsOf } from "./gateway-workloads.ts";
import { istioServings } from "./ingress-class.ts";
import { kinds } from "./kinds.ts";
import { knativeGateways } from "./knative-gateways.ts";
import type { GatewayRole, KnativeGateway } from "./knative-gateways.ts";
import { localService } from "./local-service.ts";
import { once } from "./memo.ts";
import { serverlessMesh } from "./serverless-mesh.ts";

/** What Knative's Gateways need in Service Mesh 3, which brings no ingress gateway of its own. */
export type SailGateways =
  | { readonly state: "not-applicable"; readonly why: string }
  | {
      readonly state: "known";
      /** Gateways whose selector picks no Deployment; where there are some, the Services are not looked at. */
      readonly withoutPods: readonly Resource[];
      readonly withoutService: readonly {
        /** `Service knative-serving-ingress/knative-local-gateway`. */
        readonly wanted: string;
        readonly gateway: KnativeGateway;
      }[];
      readonly needs: readonly string[];
    };

const notApplicable = (why: string): SailGateways => ({ state: "not-applicable", why });

/** Whether some Service leads to the pods of a Gateway, where no KnativeServing names one. */
function hasService(graph: Graph, { role, resources }: KnativeGateway): boolean {
  if (role === "local") return localService(graph).state !== "absent";
  const workloads = resources.flatMap((gateway) => workloadsOf(graph, gateway).workloads);
  return (
    workloads.length === 0 ||
    graph
      .all(kinds.Service)
      .some((service) => workloads.some((workload) => servicePicks(service, workload) !== "no"))
  );
}

/** A KnativeServing that names another Service than the one that is there is what is wrong. */
const isToldElsewhere = (graph: Graph, role: GatewayRole): boolean =>
  istioServings(graph).some((serving) => isMisdirected(graph, serving, role));

function compute(graph: Graph): SailGateways {
  const other = otherIngress(graph);
  if (other !== null) return notApplicable(other);
  const mesh = serverlessMesh(graph);
  if (mesh.state === "none") return notApplicable(mesh.why);
  if (mesh.state === "unknown" || mesh.mesh.family !== "ossm3")
    return notApplicable("the mesh of Serverless is not one of Service Mesh 3");
  if (!graph.owns("gateways")) return notApplicable("the gateways are not in this set");

  const answer = knativeGateways(graph);
  const needs = answer.state === "unknown" ? [answer.needs] : [];
  const withoutPods: Resource[] = [];
  for (const gateway of new Set(answer.gateways.flatMap(({ resources }) => resources))) {
    const picked = workloadsOf(graph, gateway);
    if (picked.workloads.length > 0) continue;
    if (picked.state === "unknown" && gatewayWorkloads(graph).length > 0) needs.push(picked.needs);
    else withoutPods.push(gateway);
  }
  const withoutService = answer.gateways.flatMap((gateway) => {
    const { service, role } = gateway;
    if (withoutPods.length > 0 || isToldElsewhere(graph, role)) return [];
    if (answer.state === "assumed") {
      const wanted = `a Service for Gateway ${gateway.name}`;
      return gateway.resources.length === 0 || hasService(graph, gateway) ? [] : [{ wanted, gateway }];
    }
    if (service === null) return [];
    const { namespace, name } = service;
    const target = graph.find(kinds.Service, namespace, name, "gateways");
    if (target.state === "outside") needs.push(target.why);
    return target.state === "absent" ? [{ wanted: `Service ${namespace}/${name}`, gateway }] : [];
  });
  return { state: "known", withoutPods, withoutService, needs };
}

/**
 * The gateway pods and Services that Knative's Gateways lack in Service Mesh 3 (openshift-knative/serverless-operator
 * `hack/lib/mesh_v3_resources`).
 */
export const sailGateways = once(compute);

/** Whether what a Gateway, or the local Service, lacks is told as a whole by mesh/ossm3-gateway-missing. */
export function isToldForSail(graph: Graph, gateway: Resource | "local service"): boolean {
  const found = sailGateways(graph);
  if (found.state !== "known") return false;
  if (gateway !== "local service") return found.withoutPods.includes(gateway);
  return found.withoutPods.length > 0 || found.withoutService.some((entry) => entry.gateway.role === "local");
}
