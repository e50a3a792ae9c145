import { describe, expect, test } from "vitest";
import { knativeOpenings } from "../../src/mesh/gateway-exposure.ts";
import { limitedHost } from "../../src/mesh/gateway-hosts.ts";
import { isSelective, rolesOf } from "../../src/mesh/gateway-scope.ts";
import { plainServers } from "../../src/mesh/gateway-servers.ts";
import { allReach, gatewayWorkloads } from "../../src/mesh/gateway-workloads.ts";
import { strayPorts, unnamedPorts } from "../../src/mesh/ingress-service.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { leadsElsewhere, localPortFits } from "../../src/mesh/local-port.ts";
import { translatedPort } from "../../src/mesh/port-translation.ts";
import { serverlessFamily } from "../../src/mesh/serverless-mesh.ts";
import { graphOf, only } from "../support/graph.ts";

const gateway = (name: string, servers: string): string =>
  `{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: ${name}, namespace: knative-serving}, spec: {selector: {knative: ingressgateway}, servers: [${servers}]}}\n---\n`;
const server = (number: number, protocol: string, more = "", hosts = '"*"'): string =>
  `{port: {number: ${number}, name: p${number}, protocol: ${protocol}}, hosts: [${hosts}]${more}}`;
const external = gateway(
  "knative-ingress-gateway",
  server(8443, "HTTPS", ", tls: {mode: SIMPLE, credentialName: c}"),
);
const local = (servers = server(8081, "HTTP")): string => gateway("knative-local-gateway", servers);
const service = (name: string, ports: string, more = "", namespace = "istio-system"): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${namespace}}, spec: {selector: {knative: ingressgateway}, ports: [${ports}]${more}}}\n---\n`;
const smcp = (more = ""): string =>
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: {version: v2.4, gateways: {ingress: {service: {metadata: {labels: {knative: ingressgateway}}${more}}}}}}\n---\n`;
const roll =
  "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [knative-serving]}}\n---\n";
const serving = (config = "{}"): string =>
  `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving}, spec: {ingress: {istio: {enabled: true}}, config: {istio: ${config}}}}\n---\n`;

describe("what opens Knative's gateway", () => {
  const base = roll + serving() + external + local();
  test.each([
    ["a control plane", smcp(", type: LoadBalancer"), kinds.ServiceMeshControlPlane, "basic", ["type"]],
    ["a control plane that opens nothing", smcp(), kinds.ServiceMeshControlPlane, "basic", []],
    [
      "a Service to the pods",
      smcp() + service("more", "{port: 1}", ", externalIPs: [192.0.2.1]"),
      kinds.Service,
      "more",
      ["externalIPs"],
    ],
    ["a Service that opens nothing", smcp() + service("more", "{port: 1}"), kinds.Service, "more", []],
    [
      "a Service to other pods",
      smcp() +
        "{apiVersion: v1, kind: Service, metadata: {name: more, namespace: shop}, spec: {type: NodePort, selector: {app: a}}}\n",
      kinds.Service,
      "more",
      [],
    ],
  ])("%s", (_name, text, kind, name, wanted) => {
    const graph = graphOf(base + text);
    const found = knativeOpenings(graph, only(graph, kind, name));
    expect(found.state === "known" ? found.openings.map(({ by }) => by) : found.state).toEqual(wanted);
  });

  test.each([
    [serving().replace("istio:", "kourier:") + smcp(), kinds.ServiceMeshControlPlane, "basic", "none"],
    [base + smcp() + service("a", "", ', type: "${TYPE}"'), kinds.Service, "a", "unknown"],
    [serving() + service("a", "", ", type: NodePort"), kinds.Service, "a", "unknown"],
  ])("nothing to judge, or not known: %#", (text, kind, name, wanted) => {
    const graph = graphOf(
      text.replace("selector: {knative: ingressgateway}, ports: []", "selector: {istio: ingressgateway}"),
    );
    expect(knativeOpenings(graph, only(graph, kind, name)).state).toBe(wanted);
  });
});

test("servers that take requests over plain HTTP", () => {
  const servers = [
    server(80, "HTTP"),
    server(81, "HTTP", ", tls: {httpsRedirect: true}"),
    server(82, "HTTP", ", tls: {mode: ISTIO_MUTUAL}"),
    server(83, "HTTPS", ", tls: {mode: SIMPLE}"),
    server(84, "grpc"),
  ];
  const graph = graphOf(local(servers.join(", ")));
  const found = plainServers(only(graph, kinds.Gateway, "knative-local-gateway"));
  expect(found.map(({ index }) => index)).toEqual([0, 4]);
});

test.each([
  ['"*"', null],
  ['"*/a.example.com"', null],
  ['"shop/a.example.com"', "shop a.example.com"],
  ['"*", "./b.example.com"', "knative-serving b.example.com"],
])("hosts %s take routes of one namespace only: %s", (hosts, wanted) => {
  const graph = graphOf(local(server(80, "HTTP", "", hosts)));
  const found = limitedHost(only(graph, kinds.Gateway, "knative-local-gateway"));
  expect(found && `${found.namespace} ${found.host}`).toBe(wanted);
});

test("what a Gateway is for, and which labels of services pick others", () => {
  const graph = graphOf(serving() + external + local());
  expect(rolesOf(graph, only(graph, kinds.Gateway, "knative-local-gateway"))).toEqual(["local"]);
  expect(isSelective(graph, "local")).toBe(false);
  const picked =
    '{external-gateways: "[{namespace: n, name: x, service: y.n.svc}, {namespace: knative-serving, name: knative-ingress-gateway, service: a.istio-system.svc, labelSelector: {}}]"}';
  const other = graphOf(serving(picked) + external, { profile: "serverless=1.36" });
  expect(rolesOf(other, only(other, kinds.Gateway, "knative-ingress-gateway"))).toEqual([]);
  expect(isSelective(other, "external")).toBe(true);
});

test.each([
  ["both", "{port: 80}, {port: 443}", ["https 2"]],
  ["one", "{port: 80, name: http2}, {port: 443}", ["https 1"]],
  ["none, and no such port", "{port: 80, name: http2}", ["https 0"]],
  ["right", "{port: 80, name: http2}, {port: 443, name: https}", []],
])("ports of the ingress Service without their names: %s", (_name, ports, wanted) => {
  const graph = graphOf(service("istio-ingressgateway", ports));
  const found = unnamedPorts(only(graph, kinds.Service, "istio-ingressgateway"));
  expect(found.map(({ name, named }) => `${name} ${named.length}`)).toEqual(wanted);
});

test.each([
  ["{port: 80, name: http2, targetPort: 8080}", []],
  ["{port: 80, name: http2, targetPort: 9090}", ["http2"]],
])("port %s leads past the Gateway: %s", (ports, wanted) => {
  const graph = graphOf(
    smcp() +
      roll +
      serving(
        "{gateway.knative-serving.knative-ingress-gateway: istio-ingressgateway.istio-system.svc.cluster.local}",
      ) +
      gateway("knative-ingress-gateway", server(8080, "HTTP")) +
      service("istio-ingressgateway", ports),
  );
  const [own] = graph.own(kinds.Service);
  const found = own ? strayPorts(graph, own) : [];
  expect(found.map(({ name }) => name)).toEqual(wanted);
});

test.each([
  ["{port: 80, targetPort: 8081}", "yes", true],
  ["{port: 80, targetPort: 9999}", "no", true],
])("the local gateway behind a Service with %s fits: %s", (ports, fit, elsewhere) => {
  const graph = graphOf(smcp() + roll + serving() + local() + service("knative-local-gateway", ports));
  const found = only(graph, kinds.Gateway, "knative-local-gateway");
  expect(localPortFits(graph, found).map((one) => one.fit.state)).toEqual([fit]);
  expect(leadsElsewhere(graph, found)).toBe(elsewhere);
});

test.each([
  ["{port: 80, targetPort: 8081}", "80"],
  ["{port: 80, targetPort: 80}", "none"],
  ["{port: 8081, targetPort: 8081}", "none"],
  ["{port: 80, targetPort: http}", "unknown"],
  ["7", "none"],
])("istiod translates %s: %s", (ports, wanted) => {
  const graph = graphOf(smcp() + roll + serving() + local() + service("knative-local-gateway", ports));
  const found = translatedPort(graph, only(graph, kinds.Service, "knative-local-gateway"));
  expect(found.state === "found" ? found.port : found.state).toBe(wanted);
});

test("istiod's translation where neither the Gateway nor the ports are known", () => {
  const open = service("knative-local-gateway", "").replace("ports: []", 'ports: "${PORTS}"');
  const graph = graphOf(open + service("other", "{port: 80, targetPort: 8080}"));
  expect(translatedPort(graph, only(graph, kinds.Service, "knative-local-gateway")).state).toBe("unknown");
  expect(translatedPort(graph, only(graph, kinds.Service, "other")).state).toBe("found");
});

test("Gateways that all select some pods", () => {
  const graph = graphOf(smcp() + roll + external + local());
  const all = graph.all(kinds.Gateway);
  expect(allReach(graph, all, gatewayWorkloads(graph))).toBe(true);
  expect(allReach(graph, all, [])).toBe(false);
  expect(allReach(graph, [], gatewayWorkloads(graph))).toBe(false);
});

test("the family of the mesh, or of the profile", () => {
  expect(serverlessFamily(graphOf(smcp() + roll + serving()))).toBe("ossm2");
  expect(serverlessFamily(graphOf("", { profile: "mesh=3.1" }))).toBe("ossm3");
});
