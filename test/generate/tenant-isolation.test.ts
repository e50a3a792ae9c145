import { describe, expect, test } from "vitest";
import { platformFiles } from "../../src/generate/platform.ts";
import { renderService } from "../../src/generate/service.ts";
import { renderTenant } from "../../src/generate/tenant-policies.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isolation } from "../../src/simulate/isolation.ts";
import { matrix } from "../../src/simulate/matrix.ts";
import { shutPaths } from "../../src/simulate/needed-paths.ts";
import { graphOf } from "../support/graph.ts";
import { profileOf } from "./profile.ts";

/** Each era of the chart, and both generations of the mesh. */
const profiles = [
  ["serverless=1.31,mesh=2.4", "istio-system"],
  ["serverless=1.35,mesh=2.6", "istio-system"],
  ["serverless=1.36,mesh=2.6", "istio-system"],
  ["serverless=1.38,mesh=3", "knative-serving-ingress"],
] as const;
const cases = profiles.flatMap(([profile, gateway]) =>
  [1, 2, 3, 4, 5, 6].map((count) => [profile, count, gateway] as const),
);

/** The first tenant has as many namespaces as wanted, the second two. */
function tenantsOf(count: number) {
  const named = (name: string, most: number) => ({
    name,
    namespaces: Array.from({ length: most }, (_item, index) => `${name}-${index + 1}`),
  });
  return [named("orange", count), named("violet", 2)];
}

/** A Broker with a Trigger that carries its events to the service of a namespace. */
const events = (namespace: string): string => `apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: default, namespace: ${namespace}}
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: all, namespace: ${namespace}}
spec:
  broker: default
  subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: web}}
`;

function platform(text: string, count: number, gateway: string, without?: RegExp): Graph {
  const tenants = tenantsOf(count);
  const projects = tenants.flatMap(({ namespaces }) => namespaces);
  const profile = profileOf(text);
  const made = platformFiles({
    profile,
    gatewayNamespace: gateway,
    eventing: true,
    kafka: null,
    projects,
    tenants,
    certificate: null,
  }).filter(({ path }) => path !== "kustomization.yaml" && !path.startsWith("31-"));
  const policies = tenants.map(({ name, namespaces }) =>
    renderTenant({ name, namespaces, gatewayNamespaces: [gateway], profile, serving: true, eventing: true }),
  );
  const kept = policies
    .join("---\n")
    .split(/^---\n/m)
    .filter((document) => without?.test(document) !== true);
  const workloads = projects.flatMap((namespace) => [
    renderService({ name: "web", namespace, image: "quay.io/shop/web:1.0" }),
    events(namespace),
  ]);
  return graphOf(
    {
      ...Object.fromEntries(made.map(({ path, text: content }) => [path, content])),
      "tenants.yaml": kept.join("---\n"),
      "workloads.yaml": workloads.join("---\n"),
    },
    { profile: text, tenants },
  );
}

const shut = (graph: Graph): readonly string[] =>
  shutPaths(graph).map(({ kind, what, hop }) => `${kind}: ${what}: ${hop.verdict}`);

describe("the policies of `new tenant`", () => {
  test.each(cases)(
    "%s, %d namespaces: shut between tenants, open within and for Knative",
    (text, count, gateway) => {
      const graph = platform(text, count, gateway);
      const owner = (name: string): string => name.split("-")[0] ?? "";
      const { pairs } = matrix(graph, "namespace");
      const inside = pairs.filter(({ from }) => from !== "external");
      const across = inside.filter(({ from, to }) => owner(from) !== owner(to));
      expect(across).toHaveLength(count * 4);
      for (const { from, to, call, events: sent } of across) {
        expect([from, to, call?.verdict, sent?.verdict]).toEqual([from, to, "DENY", "DENY"]);
      }
      for (const { from, to, call, events: sent } of inside.filter((pair) => !across.includes(pair))) {
        expect([from, to, call?.verdict, sent?.verdict]).toEqual([from, to, "ALLOW", "ALLOW"]);
      }
      expect(isolation(graph)).toMatchObject({ checked: true, leaks: [] });
      expect(shut(graph)).toEqual([]);
      const external = pairs.filter(({ from }) => from === "external");
      expect(external.map(({ url }) => url?.verdict)).toEqual(external.map(() => "ALLOW"));
      expect(external).toHaveLength(count + 2);
    },
  );

  test.each(profiles)("%s: what is left out is missed", (text, gateway) => {
    const open = (without: RegExp) =>
      shut(platform(text, 2, gateway, without)).map((one) => one.split(":")[0]);
    expect(new Set(open(/name: allow-from-knative-and-istio\n/))).toContain("activator");
    expect(new Set(open(/name: allow-.*-to-activator\n/))).toContain("events");
  });
});
