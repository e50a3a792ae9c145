import type { Graph } from "../../model/graph.ts";
import { label, type Resource } from "../../model/resource.ts";
import { isList, isMapping, toJson, valueAt } from "../../model/value.ts";
import type { Path } from "../../model/value.ts";
import { read } from "../field.ts";
import { isPatched } from "../patches.ts";
import { podsOfService } from "../service-ports.ts";
import { type Backend, backendServices, portOf } from "./backends.ts";
import { targetOf } from "./ports.ts";
import type { LinkProblem } from "./problem.ts";

/** The field that gives the target of a Service's port. */
function targetPath(service: Resource, port: number): Path {
  const list = valueAt(service.value, ["spec", "ports"]);
  const index = (isList(list) ? list : []).findIndex((entry) => valueAt(entry, ["port"]) === port);
  const path = ["spec", "ports", index];
  return [...path, valueAt(service.value, [...path, "targetPort"]) === undefined ? "port" : "targetPort"];
}

function targetProblems(
  graph: Graph,
  service: Resource,
  backends: readonly Backend[],
): readonly LinkProblem[] {
  const ports = new Set(backends.map(({ port }) => port));
  return [...ports].flatMap((number): readonly LinkProblem[] => {
    const port = portOf(service, number);
    if (port === undefined) return [];
    const pods = podsOfService(graph, service);
    const wrong = pods.flatMap((pod) => {
      const target = targetOf(port, pod);
      return target.state === "known" ? [] : [{ pod, target }];
    });
    // One of several workloads, or candidates, is enough.
    if (wrong.length < pods.length) return [];
    // A patch often adds the port: the scaffolds of operators do so.
    const patched = wrong.find(({ pod }) => isPatched(graph, pod.resource));
    if (patched) return [{ needs: `the ports of ${label(patched.pod.resource)} as Kustomize renders it` }];
    return wrong.slice(0, 1).map(({ pod: { resource, specPath }, target }): LinkProblem => {
      if (target.state === "unknown") return { needs: target.needs };
      return {
        path: targetPath(service, number),
        message: `port ${number} of the webhook's Service leads to port ${toJson(target.wanted)}, which no container of ${label(resource)} has`,
        related: { resource, path: [...specPath, "containers"], message: "the containers" },
        advice: "name the port on which the server listens",
      };
    });
  });
}

/** Whether the Service of a webhook or aggregated API leads to pods of the set, and to a port that they have. */
export function selectionProblems(graph: Graph, service: Resource): readonly LinkProblem[] {
  const backends = backendServices(graph).get(service);
  if (backends === undefined) return [];
  const selector = read(service, ["spec", "selector"]);
  if (selector.state === "unknown") return [{ needs: selector.why }];
  const isExternal = valueAt(service.value, ["spec", "type"]) === "ExternalName";
  // Somebody else writes the endpoints of a Service without a selector.
  if (selector.state === "absent" || isExternal || !isMapping(selector.value)) return [];
  if (Object.keys(selector.value).length === 0) return [];
  if (service.namespace === null) return [{ needs: `the namespace of Service ${service.name}` }];
  if (podsOfService(graph, service).length > 0) return targetProblems(graph, service, backends);
  const isOpen =
    isPatched(graph, service) ||
    service.rendering?.labels === true ||
    graph.pods().some(({ namespace }) => namespace === null);
  if (isOpen) return [{ needs: `the pods behind ${label(service)}` }];
  return [
    {
      path: ["spec", "selector"],
      message: `the webhook's Service selects pods with ${toJson(selector.value)}, and no workload of the set in ${service.namespace} has these labels`,
      explains: ["spec", "selector"],
      advice: "select the labels of the server's pods",
    },
  ];
}
