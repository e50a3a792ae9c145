import { describe, expect, test } from "vitest";
import { valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { localGateways } from "../../src/mesh/knative-gateways.ts";
import {
  claimingServers,
  localPortFit,
  podsBehind,
  requestPort,
  sharedServers,
  usesTlsListener,
} from "../../src/mesh/local-port.ts";
import { localGatewaysBehind, ownLocalServices } from "../../src/mesh/local-service.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { graphOf } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const smcp = (more = ""): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: { name: basic, namespace: istio-system }
spec: { gateways: { ingress: { service: { metadata: { labels: { knative: ingressgateway } } } } }${more} }
---`;
const gateway = (name: string, servers: string, selector = "{knative: ingressgateway}"): string => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: ${name}, namespace: knative-serving }
spec: { selector: ${selector}, servers: ${servers} }
---`;
const server = (number: number | string, more = "", hosts = '["*"]'): string =>
  `{ port: { number: ${number}, name: p, protocol: HTTPS }, hosts: ${hosts}${more} }`;
const LG = (servers: string, selector?: string): string =>
  gateway("knative-local-gateway", `[${servers}]`, selector);
const IG = (servers: string, selector?: string): string =>
  gateway("knative-ingress-gateway", `[${servers}]`, selector);
const LS = (ports: string, metadata = "namespace: istio-system", selector = "{knative: ingressgateway}") => `
apiVersion: v1
kind: Service
metadata:
  name: knative-local-gateway
  labels: { experimental.istio.io/disable-gateway-port-translation: "true" }
  ${metadata}
spec: { selector: ${selector}, ports: ${ports} }
---`;
const ports = "[{name: http2, port: 80, targetPort: 8081}]";
const serving = (istio: string, network = "{}"): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } }, config: { istio: ${istio}, network: ${network} } }
---`;
const pods = (name: string, label: string, port = 8081): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: istio-system }
spec:
  template:
    metadata: { labels: { ${label} }, annotations: { inject.istio.io/templates: gateway } }
    spec: { containers: [{ name: istio-proxy, ports: [{ name: local, containerPort: ${port} }] }] }
---`;
const istio = `
apiVersion: sailoperator.io/v1
kind: Istio
metadata: { name: default }
spec: { namespace: istio-system }
---`;

function localServiceOf(graph: Graph): Resource {
  const service = graph
    .own(kinds.Service)
    .find(({ name, standing }) => name === "knative-local-gateway" && standing === "own");
  if (!service) throw new Error("no Service");
  return service;
}
function localGatewayOf(graph: Graph): Resource {
  const [found] = localGateways(graph);
  if (!found) throw new Error("no Gateway");
  return found;
}

describe("port 80 of a Service", () => {
  const told = (list: string) => {
    const port = requestPort(localServiceOf(graphOf(LS(list))));
    return port.state === "value" ? port.value.path : port.state;
  };
  test("is found wherever it stands in the list", () => {
    expect(told(ports)).toEqual(["spec", "ports", 0]);
    expect(told("[{port: 443}, {port: 80}]")).toEqual(["spec", "ports", 1]);
  });
  test("is one for TCP", () => {
    expect(told("[{port: 80, protocol: UDP}, {port: 80, protocol: TCP}]")).toEqual(["spec", "ports", 1]);
  });
  test("may be absent, or not known", () => {
    expect(told("[{port: 8081}, {name: http2}]")).toBe("absent");
    expect(told("[{port: 8081}, text]")).toBe("unknown");
    expect(told("null")).toBe("absent");
    expect(told('"${PORTS}"')).toBe("unknown");
    expect(told('[{port: "${PORT}"}, {port: 80}]')).toBe("unknown");
  });
});

describe("whether the local gateway listens where its Service leads (D15)", () => {
  const fit = (text: string, options: GraphOptions = {}) => {
    const graph = graphOf(text, options);
    return localPortFit(graph, localServiceOf(graph));
  };
  test("the ports of the documents fit, with the pods at hand or not", () => {
    expect(fit(smcp() + LG(server(8081)) + LS(ports))).toEqual({ state: "yes" });
    expect(fit(LG(server(8081)) + LS(ports))).toEqual({ state: "yes" });
    expect(fit(LG(`${server(9000)}, ${server(8081)}`) + LS(ports))).toEqual({ state: "yes" });
  });
  test("says where each of them is", () => {
    expect(fit(smcp() + LG(server(8082)) + LS(ports))).toEqual({
      state: "no",
      target: 8081,
      listens: [8082],
    });
    expect(fit(smcp() + LG(server(80)) + LS(ports))).toMatchObject({ state: "no", listens: [8080] });
    expect(fit(gateway("knative-local-gateway", "null") + LS(ports))).toMatchObject({ listens: [] });
    expect(fit(LG(server(8081)) + LS("[{port: 81, targetPort: 8081}]"))).toEqual({ state: "absent" });
  });
  test("pods elsewhere may have another port", () => {
    expect(fit(LG(server(80)) + LS("[{port: 80, targetPort: 8080}]"))).toMatchObject({ state: "unknown" });
    expect(fit(LG(server(80)) + LS(ports))).toEqual({ state: "no", target: 8081, listens: [8080, 80] });
  });
  test("a named target port is looked up in the pods", () => {
    const named = LS("[{port: 80, targetPort: local}]");
    const text = istio + LG(server(8081)) + named;
    expect(fit(text + pods("gateway", "knative: ingressgateway"))).toEqual({ state: "yes" });
    expect(fit(text + pods("gateway", "knative: ingressgateway", 8082))).toMatchObject({ target: 8082 });
    expect(fit(text)).toMatchObject({ state: "unknown" });
  });
  test("is unknown while something is not known", () => {
    const open = (text: string) => expect(fit(text)).toMatchObject({ state: "unknown" });
    open(LS(ports));
    open(LG(server(8081)) + LS('"${PORTS}"'));
    open(gateway("knative-local-gateway", '"${SERVERS}"') + LS(ports));
    open(smcp() + LG(server('"${PORT}"')) + LS(ports));
    open(smcp() + LG(`${server('"${PORT}"')}, ${server(8082)}`) + LS(ports));
    open(serving("{local-gateway.n.other: other.istio-system.svc}") + LG(server(8081)) + LS(ports));
  });
  test("asks the pods that the Service selects, of those of the Gateway", () => {
    const text =
      istio + pods("a", "g: x, one: a") + pods("b", "g: x, one: b") + LG(server(8081), "{g: x}") + LS(ports);
    const names = (selector: string) => {
      const graph = graphOf(text + LS(ports, "namespace: istio-system", selector));
      const service = graph.own(kinds.Service)[1];
      if (!service) throw new Error("no second Service");
      return podsBehind(graph, service, localGatewayOf(graph)).map((found) => found?.resource.name);
    };
    expect(names("{one: a}")).toEqual(["a"]);
    expect(names("{one: c}")).toEqual(["a", "b"]);
  });
});

describe("servers of the local gateway on a port of the ingress gateway", () => {
  const shared = (text: string) => {
    const graph = graphOf(text);
    return sharedServers(graph, localGatewayOf(graph)).map(({ server, hosts, needs }) => [
      valueOr(server.number, null),
      hosts.join(),
      needs === null,
    ]);
  };
  const claims = (text: string) => {
    const graph = graphOf(text);
    return claimingServers(graph, localGatewayOf(graph)).map(({ index }) => index);
  };
  test("one number is one port", () => {
    expect(shared(smcp() + IG(server(443)) + LG(server(443)))).toEqual([[443, "*", true]]);
    expect(shared(IG(server(443)) + LG(server(443)))).toEqual([[443, "*", true]]);
    expect(shared(smcp() + IG(server(443)) + LG(server(8081)))).toEqual([]);
  });
  test("a translated number too", () => {
    expect(shared(smcp() + IG(server(443)) + LG(server(8443)))).toEqual([[8443, "*", true]]);
    // Without their Service, 443 of these pods may be 8443 or not.
    const text = istio + pods("gateway", "knative: ingressgateway");
    expect(shared(text + IG(server(443)) + LG(server(8443)))).toEqual([[8443, "*", false]]);
  });
  test("hosts are compared without their namespaces", () => {
    const both = (ours: string, theirs: string) =>
      shared(smcp() + IG(server(443, "", theirs)) + LG(server(443, "", ours)))[0]?.[1];
    expect(both('["*/*"]', '["*"]')).toBe("*");
    expect(both('["*.svc.cluster.local"]', '["*"]')).toBe("");
    expect(both('["a.example.com", "b.example.com"]', '["x/b.example.com"]')).toBe("b.example.com");
  });
  test("not on other addresses, and not in other pods", () => {
    expect(shared(smcp() + IG(server(443, ", bind: 10.0.0.1")) + LG(server(443)))).toEqual([]);
    const other = smcp() + pods("local", "g: x") + IG(server(443));
    expect(shared(other + LG(server(443), "{g: x}"))).toEqual([]);
  });
  test("not known while a number or the pods are not known", () => {
    const variable = server('"${PORT}"');
    expect(shared(smcp() + IG(variable) + LG(server(443)))).toEqual([[443, "*", false]]);
    expect(shared(smcp() + IG(server(443)) + LG(variable))).toEqual([[null, "*", false]]);
    expect(shared(IG(server(443)) + LG(server(443), "{g: x}"))).toEqual([[443, "*", false]]);
    expect(shared(IG("{ hosts: ['*'] }") + LG(server(443)))).toEqual([]);
  });
  test("443 claims by itself, another number by sharing", () => {
    expect(claims(LG(`${server(8081)}, ${server(443)}`))).toEqual([1]);
    expect(claims(smcp() + IG(server(443)) + LG(`${server(8443)}, ${server(8081)}`))).toEqual([0]);
    expect(claims(IG(server(443)) + LG(server(8443)))).toEqual([]);
  });
});

describe("the listener on 8444", () => {
  const excluded = ", proxy: { networking: { trafficControl: { inbound: { excludedPorts: [8444] } } } }";
  const used = (text: string) => {
    const graph = graphOf(text, { profile: "serverless=1.32,mesh=2.4" });
    return usesTlsListener(graph, localServiceOf(graph));
  };
  test("counts only if it is used, and excluded from the sidecars", () => {
    const tls = serving("{}", "{cluster-local-domain-tls: enabled}");
    expect(used(smcp(excluded) + tls + LG(server(8081)) + LS(ports))).toBe(true);
    expect(used(smcp(excluded) + LG(`${server(8081)}, ${server(8444)}`) + LS(ports))).toBe(true);
    expect(used(smcp() + tls + LG(server(8081)) + LS(ports))).toBe(false);
    expect(used(smcp(excluded) + LG(server(8081)) + LS(ports))).toBe(false);
    expect(used(smcp(excluded) + gateway("knative-local-gateway", '"${S}"') + LS(ports))).toBe(false);
    const off = serving("{}", "{cluster-local-domain-tls: disabled}");
    expect(used(smcp(excluded) + off + LG(server(8081)) + LS(ports))).toBe(false);
  });
});

describe("Services behind local Gateways", () => {
  const behind = (text: string) => {
    const graph = graphOf(text);
    return localGatewaysBehind(graph, localServiceOf(graph)).map(({ name }) => name);
  };
  test("are those that the configuration pairs", () => {
    const two = gateway("a", `[${server(8081)}]`) + gateway("b", `[${server(8082)}]`);
    const config =
      "{local-gateway.knative-serving.a: knative-local-gateway.istio-system.svc, local-gateway.knative-serving.b: other.istio-system.svc}";
    expect(behind(serving(config) + two + LS(ports))).toEqual(["a"]);
    expect(behind(serving(config) + two + LS(ports, ""))).toEqual(["a"]);
    expect(behind(serving(config) + two + LS(ports, "namespace: elsewhere"))).toEqual([]);
    expect(behind(LG(server(8081)) + LS(ports, "namespace: elsewhere"))).toEqual(["knative-local-gateway"]);
  });
  test("are judged where a mesh carries Serverless", () => {
    const state = (text: string, options: GraphOptions = {}) => ownLocalServices(graphOf(text, options));
    expect(state(smcp() + LG(server(8081)) + LS(ports))).toMatchObject({ services: [{ standing: "own" }] });
    expect(state(smcp() + LG(server(8081)), { context: LS(ports) })).toEqual({
      state: "found",
      services: [],
    });
    expect(state(smcp() + LG(server(8081)))).toMatchObject({ state: "none" });
    expect(state(smcp() + LS(ports))).toMatchObject({ state: "none" });
    const roll = `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [knative-serving] }
---`;
    expect(state(smcp() + roll + LS(ports))).toMatchObject({ state: "unknown" });
  });
  test("are not those that an operator makes, nor others while the usual one fits too", () => {
    const fitting = "[{name: http2, port: 80, targetPort: 8080}]";
    const found = (text: string) => {
      const answer = ownLocalServices(graphOf(text));
      return answer.state === "found" ? answer.services.map(({ name }) => name) : answer.state;
    };
    const other = LS(fitting).replace("name: knative-local-gateway", "name: ingress");
    expect(found(smcp() + LG(server(80)) + LS(ports))).toEqual(["knative-local-gateway"]);
    expect(found(smcp() + LG(server(80)) + other + LS(fitting))).toEqual(["knative-local-gateway"]);
    expect(found(smcp() + LG(server(80)) + other)).toEqual(["ingress"]);
  });
});
