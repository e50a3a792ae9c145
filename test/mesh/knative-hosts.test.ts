import { expect, test } from "vitest";
import { knativeHost } from "../../src/mesh/knative-hosts.ts";
import { graphOf, only } from "../support/graph.ts";

const service =
  "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: hello, namespace: shop}, spec: {template: {spec: {containers: [{image: hello}]}}}}\n---\n";
const rule = (host: string, namespace: string | null): string =>
  `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d${namespace === null ? "" : `, namespace: ${namespace}`}}, spec: {${host}}}\n`;

test.each([
  ["host: hello.shop.svc.cluster.local", "cart", "name"],
  ["host: Hello.Shop.svc", "cart", "name"],
  ["host: hello.shop", "cart", "name"],
  ["host: hello", "shop", "name"],
  ["host: hello", "cart", "other"],
  ["host: hello", null, null],
  ["host: activator-service.knative-serving.svc.cluster.local", "cart", "name"],
  ["host: kafka-channel-ingress", "knative-eventing", "name"],
  ["host: zipkin.knative-eventing.svc.cluster.local", "cart", "other"],
  ['host: "*.local"', "cart", "wildcard"],
  ['host: "*"', "cart", "wildcard"],
  ['host: "*.shop.svc.cluster.local"', "cart", "wildcard"],
  ['host: "*.cart.svc.cluster.local"', "cart", "other"],
  ['host: "*.example.com"', "cart", "other"],
  ['host: "${HOST}"', "cart", null],
  ["subsets: []", "cart", "other"],
])("%s in %s: %s", (host, namespace, wanted) => {
  const graph = graphOf(service + rule(host, namespace));
  expect(knativeHost(graph, only(graph, "DestinationRule.networking.istio.io", "d"))).toBe(wanted);
});

test("a service whose namespace is not known has no names", () => {
  const graph = graphOf(
    service.replace("namespace: shop", 'namespace: "${NS}"') + rule("host: hello.shop", "cart"),
  );
  expect(knativeHost(graph, only(graph, "DestinationRule.networking.istio.io", "d"))).toBe("other");
});
