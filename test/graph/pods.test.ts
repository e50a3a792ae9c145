import { describe, expect, it } from "vitest";
import { labelSelector, labelsSelector, matches, selectPods } from "../../src/graph/selectors.ts";
import type { Value } from "../../src/model/value.ts";
import { graphOf, only } from "../support/graph.ts";

const template = (labels: string): string => `metadata: { labels: { ${labels} } }, spec: { containers: [] }`;
const deployment = (name: string, namespace: string | null, labels: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${namespace === null ? "" : `, namespace: ${namespace}`} }
spec: { template: { ${template(labels)} } }
`;

describe("pod templates", () => {
  it.each([
    [
      "v1",
      "Pod",
      "Pod",
      [],
      `metadata: { name: x, namespace: team, labels: { a: b } }\nspec: { containers: [] }`,
    ],
    [
      "batch/v1",
      "CronJob",
      "CronJob.batch",
      ["spec", "jobTemplate", "spec", "template"],
      `metadata: { name: x, namespace: team }\nspec: { jobTemplate: { spec: { template: { ${template("a: b")} } } } }`,
    ],
    [
      "apps/v1",
      "StatefulSet",
      "StatefulSet.apps",
      ["spec", "template"],
      `metadata: { name: x, namespace: team }\nspec: { template: { ${template("a: b")} } }`,
    ],
    [
      "apps.openshift.io/v1",
      "DeploymentConfig",
      "DeploymentConfig.apps.openshift.io",
      ["spec", "template"],
      `metadata: { name: x, namespace: team }\nspec: { template: { ${template("a: b")} } }`,
    ],
    [
      "sources.knative.dev/v1",
      "ContainerSource",
      "ContainerSource.sources.knative.dev",
      ["spec", "template"],
      `metadata: { name: x, namespace: team }\nspec: { template: { ${template("a: b")} } }`,
    ],
  ] as const)("of %s %s", (apiVersion, kind, key, path, body) => {
    const graph = graphOf(`apiVersion: ${apiVersion}\nkind: ${kind}\n${body}\n`);
    const [pod] = graph.podsOf(only(graph, key, "x"));
    expect(pod).toMatchObject({
      namespace: "team",
      labels: { a: "b" },
      metadata: [...path, "metadata"],
      specPath: [...path, "spec"],
      spec: { containers: [] },
    });
  });

  it("carry the labels of Knative Serving, and the revision's name where it is known", () => {
    const service = (name: string, metadata: string): string =>
      `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: ${name}, namespace: team }\n` +
      `spec: { template: { metadata: { ${metadata} }, spec: {} } }\n`;
    const graph = graphOf(
      [
        service("plain", "labels: { tier: web, serving.knative.dev/service: mine }"),
        service("named", "name: named-v1"),
        service("own-app", "name: own-app-v1, labels: { app: mine }"),
      ].join("---\n"),
    );
    const labelsOf = (name: string) =>
      graph.podsOf(only(graph, "Service.serving.knative.dev", name))[0]?.labels;
    expect(labelsOf("plain")).toEqual({
      tier: "web",
      "serving.knative.dev/configuration": "plain",
      "serving.knative.dev/service": "plain",
    });
    expect(labelsOf("named")).toMatchObject({ app: "named-v1", "serving.knative.dev/revision": "named-v1" });
    expect(labelsOf("own-app")).toMatchObject({ app: "mine" });
  });

  it("of a Configuration and a Revision carry no Service's label", () => {
    const graph = graphOf(
      `apiVersion: serving.knative.dev/v1\nkind: Configuration\nmetadata: { name: c, namespace: team }\nspec: { template: { spec: {} } }\n---\n` +
        `apiVersion: serving.knative.dev/v1\nkind: Revision\nmetadata: { name: r, namespace: team }\nspec: {}\n`,
    );
    expect(graph.pods("team").map((pod) => ({ ...pod.labels }))).toEqual([
      { "serving.knative.dev/configuration": "c" },
      { app: "r", "serving.knative.dev/revision": "r" },
    ]);
  });

  it("hold strings only, under any name", () => {
    const graph = graphOf(deployment("x", "team", "__proto__: a, toString: b, number: 1, boolean: true"));
    const labels = graph.pods()[0]?.labels ?? {};
    expect(Object.keys(labels).toSorted()).toEqual(["__proto__", "toString"]);
    expect(labels.constructor).toBeUndefined();
  });

  it("are none for other kinds, and where the template is missing", () => {
    const graph = graphOf(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: team }\n---\n" +
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x, namespace: team }\nspec: { template: later }\n---\n" +
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: other, namespace: team }\nspec: { template: { spec: null } }\n",
    );
    expect(graph.podsOf(only(graph, "ConfigMap", "x"))).toEqual([]);
    expect(graph.podsOf(only(graph, "Deployment.apps", "x"))).toEqual([]);
    expect(graph.pods()).toMatchObject([{ resource: { name: "other" }, spec: {} }]);
  });

  it("are asked for by namespace", () => {
    const graph = graphOf(
      [deployment("a", "team", ""), deployment("b", "m", ""), deployment("c", null, "")].join("---\n"),
    );
    expect(graph.pods("team").map((pod) => pod.resource.name)).toEqual(["a"]);
    expect(graph.pods("elsewhere")).toEqual([]);
    expect(graph.pods()).toHaveLength(3);
  });
});

describe("selectors", () => {
  const graph = graphOf(
    [
      deployment("a", "team", "app: a, tier: web"),
      deployment("b", "team", "app: b, tier: web"),
      deployment("c", "m", "app: a"),
      deployment("d", null, "app: a"),
    ].join("---\n"),
  );
  const names = (namespace: string | null, selector: Value) => {
    const read = labelSelector(selector);
    return read && selectPods(graph, namespace, read).map((pod) => pod.resource.name);
  };

  it("pick pods of a namespace, then those that may be there", () => {
    expect(names("team", { matchLabels: { app: "a" } })).toEqual(["a", "d"]);
    expect(names(null, { matchLabels: { app: "a" } })).toEqual(["d", "c", "a"]);
    expect(names("team", { matchLabels: { app: "a", tier: "web" } })).toEqual(["a"]);
    expect(names("team", { matchLabels: { app: "x" } })).toEqual([]);
    expect(names("team", {})).toEqual(["a", "b", "d"]);
    expect(names("empty", {})).toEqual(["d"]);
  });

  it.each([
    [{ key: "app", operator: "In", values: ["b", "x"] }, ["b"]],
    [{ key: "app", operator: "NotIn", values: ["b"] }, ["a", "d"]],
    [{ key: "tier", operator: "NotIn", values: ["db"] }, ["a", "b", "d"]],
    [{ key: "tier", operator: "Exists" }, ["a", "b"]],
    [{ key: "tier", operator: "DoesNotExist" }, ["d"]],
  ])("read the expression %o", (expression, expected) => {
    expect(names("team", { matchExpressions: [expression] })).toEqual(expected);
  });

  it.each([
    "all",
    { matchLabels: { app: 1 } },
    { matchLabels: "app" },
    { matchExpressions: "app" },
    { matchExpressions: [{ key: 1, operator: "Exists" }] },
    { matchExpressions: [{ key: "app", operator: "In", values: [] }] },
    { matchExpressions: [{ key: "app", operator: "In", values: [1] }] },
    { matchExpressions: [{ key: "app", operator: "In", values: "a" }] },
    { matchExpressions: [{ key: "app", operator: "Exists", values: ["a"] }] },
    { matchExpressions: [{ key: "app", operator: "Near" }] },
  ])("that the API server refuses say nothing: %o", (selector) => {
    expect(labelSelector(selector as Value)).toBeNull();
  });

  it("compare own keys only", () => {
    const selector = labelsSelector({ toString: "x" });
    expect(selector && matches(selector, { toString: "x" } as Record<string, string>)).toBe(true);
    expect(selector && matches(selector, {})).toBe(false);
    expect(labelsSelector(["a"])).toBeNull();
  });
});
