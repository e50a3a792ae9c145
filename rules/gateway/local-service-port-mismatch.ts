import { replaceScalar, setValue } from "../../src/fix/edits.ts";
import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { ports } from "../../src/mesh/knative-ports.ts";
import { claimingServers, localPortFit, requestPort, tlsTarget } from "../../src/mesh/local-port.ts";
import { localGatewaysBehind, ownLocalServices } from "../../src/mesh/local-service.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkTarget(service: Resource, graph: Graph): Generator<Judgement> {
  const fit = localPortFit(graph, service);
  const gateways = localGatewaysBehind(graph, service);
  const port = requestPort(service);
  if (fit.state === "unknown") return yield undecided(fit.needs);
  if (fit.state === "absent")
    return yield fail(
      at(service, "spec", "ports"),
      `the Service has no port 80, which calls by cluster-local names use`,
      { advice: "add port 80 with the port of the local gateway as its target" },
    );
  if (fit.state === "yes" || port.state !== "value") return;
  if (gateways.some((gateway) => claimingServers(graph, gateway).length > 0))
    return yield notApplicable(
      "the local gateway uses the port of the ingress gateway, which is reported there",
    );

  // With more than one server, 8081 is the one for this, as in the documents.
  const [only, ...others] = fit.listens;
  const usual = fit.listens.includes(ports.localGateway) ? ports.localGateway : undefined;
  const wanted = others.length === 0 ? only : usual;
  const path = [...port.value.path, "targetPort"];
  const given = read(service, path).state === "value";
  const edits = wanted === undefined ? null : (given ? replaceScalar : setValue)(service, path, wanted);
  const listens = fit.listens.length === 0 ? "none" : fit.listens.join(" and ");
  const title = `set targetPort to ${wanted ?? "the port of the local gateway"}`;
  yield fail(
    at(service, ...(given ? path : [...port.value.path, "port"])),
    `port 80 leads to ${fit.target}, where the local gateway does not listen (it has ${listens})`,
    {
      related: gateways.map((gateway) => ({
        at: at(gateway, "spec", "servers"),
        message: `the servers of ${label(gateway)}`,
      })),
      ...remedy(title, "safe", edits),
    },
  );
}

export const rule = defineRule({
  id: "gateway/local-service-port-mismatch",
  summary: "The Service of the local gateway leads to a port on which the gateway does not listen.",
  severity: "error",
  varies: true,
  category: "routing",
  documentation: [integrations("1.4.2")],
  upstream: [
    "istio/istio pilot/pkg/model/gateway.go",
    "knative-extensions/net-istio config/203-local-gateway.yaml",
  ],
  fix: "safe",
  reads: [kinds.Service],
  subjects(graph) {
    const answer = ownLocalServices(graph);
    return answer.state === "found" ? answer.services : unsettled(answer);
  },
  *check(service, graph) {
    yield* checkTarget(service, graph);
    const path = tlsTarget(graph, service);
    if (path === null) return;
    yield fail(
      at(service, ...path),
      "the local gateway's TLS listener has the number 8444, which the control plane excludes from the sidecars of the mesh",
      { severity: "info", advice: "keep in mind that the two ports 8444 have nothing in common" },
    );
  },
});
