import { setValues } from "../../src/fix/edits.ts";
import {
  ingressServices,
  neededPorts,
  type RoutePort,
  routePorts,
  strayPorts,
  type UnnamedPort,
  unnamedPorts,
} from "../../src/mesh/ingress-service.ts";
import { readList } from "../../src/mesh/field.ts";
import { otherIngress } from "../../src/mesh/gateway-scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const users: Readonly<Record<RoutePort, string>> = { https: "pass-through Routes", http2: "edge Routes" };

function missing(graph: Graph, service: Resource, { name, meant, named, both }: UnnamedPort): Problem {
  const title = named.length > 1 ? `name the ports ${routePorts.join(" and ")}` : `name the port ${name}`;
  const edits = meant
    ? setValues(
        service,
        named.map((port) => [port.path, port.name] as const),
      )
    : null;
  const needed = both || neededPorts(graph).has(name);
  return fail(
    at(service, ...(meant ? [...meant.path, "name"] : ["spec", "ports"])),
    `no port of ${label(service)} is named ${name}, and ${users[name]} of Knative Services lead there by this name`,
    { ...(!needed && { severity: "info" as const }), ...remedy(title, "safe", edits) },
  );
}

export const rule = defineRule({
  id: "gateway/ingress-service-port-names",
  summary: "The Service of the ingress gateway lacks the port names that OpenShift's Routes for Knative use.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.4")],
  upstream: [
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "safe",
  reads: [kinds.Service],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    if (graph.all(kinds.Gateway, kinds.KnativeServing).length === 0)
      return notApplicable("there is neither a Gateway nor a KnativeServing");
    const found = ingressServices(graph);
    if (found.state === "unknown") return undecided(found.needs);
    return found.services.map(({ service }) => service);
  },
  *check(service, graph) {
    const ports = readList(service, ["spec", "ports"]);
    if (ports.state === "unknown") return yield undecided(ports.why);
    for (const port of unnamedPorts(service)) yield missing(graph, service, port);
    for (const { gateway, name, port } of strayPorts(graph, service))
      yield fail(
        at(service, ...port.path, "targetPort"),
        `port ${name} of ${label(service)} leads to a port on which ${label(gateway)} has no ${name === "https" ? "HTTPS" : "HTTP"} server`,
        {
          related: [{ at: at(gateway, "spec", "servers"), message: label(gateway) }],
          advice: "lead it to the port of the Gateway's server",
        },
      );
  },
});
