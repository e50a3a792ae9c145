import { describe, expect, test } from "vitest";
import {
  gatewayHostsCover,
  hostCovers,
  hostsOverlap,
  isDnsLabel,
  parseGatewayHost,
  parseServiceHost,
  serviceNames,
} from "../../src/mesh/hosts.ts";

test.each([
  ["shop", true],
  ["shop-2", true],
  ["a".repeat(63), true],
  ["a".repeat(64), false],
  ["Shop", false],
  ["shop_2", false],
  ["shop-", false],
  ["shop.eu", false],
  ["", false],
])("%j is a name for a namespace: %s", (text, can) => {
  expect(isDnsLabel(text)).toBe(can);
});

describe("host patterns", () => {
  test.each([
    ["*", "anything.at.all", true],
    ["*", "*", true],
    ["*.example.com", "a.example.com", true],
    ["*.example.com", "a.b.example.com", true],
    ["*.example.com", "*.b.example.com", true],
    ["*.example.com", "*.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", ".example.com", false],
    ["*.example.com", "*.com", false],
    ["a.example.com", "a.example.com", true],
    ["a.example.com", "A.Example.Com", true],
    ["a.example.com", "*.example.com", false],
    ["a.example.com", "b.example.com", false],
  ])("%s covers %s: %s", (pattern, name, covered) => {
    expect(hostCovers(pattern, name)).toBe(covered);
  });
  test.each([
    ["*.example.com", "*.com", true],
    ["*.com", "*.example.com", true],
    ["*.example.com", "*.example.org", false],
    ["a.com", "*.com", true],
    ["*.com", "a.com", true],
    ["a.com", "b.com", false],
  ])("%s and %s overlap: %s", (a, b, overlap) => {
    expect(hostsOverlap(a, b)).toBe(overlap);
  });
});

describe("hosts of a Gateway", () => {
  test("may begin with a namespace", () => {
    expect(parseGatewayHost("shop/*.example.com")).toEqual({ namespace: "shop", host: "*.example.com" });
    expect(parseGatewayHost("a.com")).toEqual({ namespace: "*", host: "a.com" });
  });
  test.each([
    [["*"], true],
    [["*/*"], true],
    [["shop/*"], true],
    [["./*"], false],
    [["knative-serving/*"], false],
    [["other.com", "*.example.com"], true],
    [["shop/other.com", "elsewhere/a.example.com"], false],
    [[], false],
  ])("%j cover a name of namespace shop: %s", (hosts, covered) => {
    expect(gatewayHostsCover(hosts, "a.example.com", "shop", "knative-serving")).toBe(covered);
  });
  test("`.` is the Gateway's own namespace", () => {
    expect(gatewayHostsCover(["./*"], "a.com", "shop", "shop")).toBe(true);
    expect(gatewayHostsCover(["./*"], "a.com", "shop", null)).toBe(false);
  });
});

describe("a Service's host", () => {
  test.each([
    ["lb.istio-system.svc.cluster.local", { name: "lb", namespace: "istio-system", domain: "cluster.local" }],
    ["lb.istio-system.svc", { name: "lb", namespace: "istio-system", domain: null }],
    ["lb.istio-system.svc.", { name: "lb", namespace: "istio-system", domain: null }],
    ["lb.istio-system", null],
    ["lb", null],
    ["http://lb.istio-system.svc", null],
    ["lb.istio-system.svc.cluster.local:80", null],
    ["lb..svc", null],
    ["Lb.istio-system.svc", null],
  ])("%s", (text, parts) => {
    expect(parseServiceHost(text)).toEqual(parts);
  });
  test("has three forms", () => {
    expect(serviceNames("a", "b", "c.d")).toEqual(["a.b", "a.b.svc", "a.b.svc.c.d"]);
  });
});
