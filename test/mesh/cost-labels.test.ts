import { describe, expect, it } from "vitest";
import {
  costKeys,
  isCostKey,
  isTagKey,
  labelsAt,
  openLabel,
  serviceNamespaceLabels,
} from "../../src/mesh/cost-labels.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf, only } from "../support/graph.ts";

const namespace = (labels: string): string => `
apiVersion: v1
kind: Namespace
metadata: { name: shop${labels} }
---`;
const service = (space: string): string => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web${space} }
spec: { template: { spec: { containers: [{ image: x }] } } }
---`;

describe("keys of labels", () => {
  it.each([
    ["cost-center", true, true],
    ["acme.example.com/cost-center", true, true],
    ["billing", true, true],
    ["team_chargeback", true, true],
    ["accosting", false, true],
    ["project", false, true],
    ["app.kubernetes.io/cost", false, false],
    ["pod-security.kubernetes.io/enforce", false, false],
    ["networking.knative.dev/visibility", false, false],
    ["sidecar.istio.io/inject", false, false],
    ["istio-injection", false, false],
    ["maistra.io/member-of", false, false],
    ["openshift.io/cluster-monitoring", false, false],
    ["operators.coreos.com/serverless-operator", false, false],
  ])("%s: speaks of costs %s, may be a tag %s", (key, cost, tag) => {
    expect([isCostKey(key), isTagKey(key, [])]).toEqual([cost, tag]);
  });

  it("are those that the option names", () => {
    const keys = costKeys({ keys: ["project", 7] });
    expect(keys).toEqual(["project"]);
    expect([isTagKey("project", keys), isTagKey("cost-center", keys)]).toEqual([true, false]);
    expect(costKeys({})).toEqual([]);
  });
});

describe("labels that pods inherit", () => {
  it("are those with a known text", () => {
    const graph = graphOf(namespace(", labels: { a: b, c: '${C}', d: 7 }"));
    const shop = only(graph, kinds.Namespace, "shop");
    expect(labelsAt(shop).map(({ key, value }) => [key, value])).toEqual([["a", "b"]]);
    expect([openLabel(graph, "shop", "a"), openLabel(graph, null, "c")]).toEqual([null, null]);
    expect(openLabel(graph, "shop", "c")).toBe("metadata.labels.c of Namespace shop");
    expect(labelsAt(only(graphOf(namespace(", labels: text")), kinds.Namespace, "shop"))).toEqual([]);
  });

  it("are those of namespaces with Knative Services", () => {
    const labels = namespace(", labels: { a: b }");
    const keys = (text: string): readonly string[] =>
      serviceNamespaceLabels(graphOf(text)).map(({ key }) => key);
    expect(keys(labels + service(", namespace: shop"))).toEqual(["a"]);
    expect(keys(labels + service(", namespace: press"))).toEqual([]);
    expect(keys(labels + service(""))).toEqual([]);
  });
});
