import { describe, expect, it } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { edgeRoute, passthroughNeed } from "../../src/mesh/passthrough.ts";
import { graphOf, only } from "../support/graph.ts";

const gateway = (servers: string) => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: {name: knative-ingress-gateway, namespace: knative-serving}
spec: {selector: {knative: ingressgateway}, servers: ${servers}}
---
`;

describe("a Route that ends TLS", () => {
  it.each([
    ["[{port: {number: 443, protocol: HTTPS}}]", "none"],
    ["[{port: {number: 80, protocol: HTTP}}]", "some"],
    ["[{port: {number: 8080, protocol: http2}}]", "some"],
    ["[{port: {number: 9000, protocol: HTTP}}]", "none"],
    ["[{port: {number: 80, protocol: TCP}}]", "none"],
    // What is not known may be such a server.
    ["[{port: {number: <your-port>, protocol: HTTP}}]", "some"],
    ["<your-servers>", "some"],
    ["[text, {port: 80}, {port: {number: 80, protocol: 1}}]", "none"],
    ["[]", "none"],
  ])("finds in %s plain HTTP: %s", (servers, plain) => {
    expect(edgeRoute(graphOf(gateway(servers))).plain).toBe(plain);
  });

  it("does not know a gateway outside the set, and takes one candidate that serves it for enough", () => {
    expect(edgeRoute(graphOf("{}")).plain).toBe("outside");
    const two = gateway("[]") + gateway("[{port: {number: 80, protocol: HTTP}}]");
    expect(edgeRoute(graphOf(two)).plain).toBe("some");
  });
});

describe("the need of the annotation", () => {
  const serving = (network: string) => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: {name: knative-serving, namespace: knative-serving}
spec: {ingress: {istio: {enabled: true}}, config: {network: ${network}}}
---
`;
  const service = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: shop, namespace: team}
`;
  const need = (yaml: string) => {
    const graph = graphOf(yaml);
    return passthroughNeed(graph, only(graph, kinds.KnativeService, "shop")).state;
  };

  it.each([
    ["{}", "needed"],
    ["{external-domain-tls: Disabled, auto-tls: Enabled}", "needed"],
    ["{external-domain-tls: enabled}", "exempt"],
    ["{auto-tls: Enabled}", "exempt"],
    ["{system-internal-tls: Enabled}", "exempt"],
    ['{internal-encryption: "true"}', "exempt"],
    ['{external-domain-tls: "${TLS}"}', "unknown"],
    ['{external-domain-tls: "${TLS}", system-internal-tls: Enabled}', "exempt"],
  ])("with config-network %s: %s", (network, state) => {
    expect(need(serving(network) + service)).toBe(state);
  });

  it("is met if one candidate of the KnativeServing makes Routes pass-through", () => {
    expect(need(serving("{}") + serving("{auto-tls: Enabled}") + service)).toBe("exempt");
  });
});
