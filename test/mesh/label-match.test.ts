import { describe, expect, test } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import { allOf, anyOf, labelsOf, matchesLabels, matchesSelector } from "../../src/mesh/label-match.ts";
import { namespaceLabel, namespaceLabels } from "../../src/mesh/namespace-labels.ts";
import { once, oncePer } from "../../src/mesh/memo.ts";
import { graphOf } from "../support/graph.ts";

const known = labelsOf({ app: "shop", tier: "web" });
const partly = { ...known, complete: false };

describe("a label selector", () => {
  test.each([
    [undefined, "yes", "yes"],
    [{}, "yes", "yes"],
    [{ matchLabels: { app: "shop" } }, "yes", "yes"],
    [{ matchLabels: { app: "shop", tier: "db" } }, "no", "no"],
    [{ matchLabels: { zone: "a" } }, "no", "unknown"],
    [{ matchLabels: { app: "${APP}" } }, "unknown", "unknown"],
    [{ matchLabels: "app" }, "unknown", "unknown"],
    ["app", "unknown", "unknown"],
    [{ matchExpressions: "x" }, "unknown", "unknown"],
    [{ matchExpressions: ["x"] }, "unknown", "unknown"],
    [{ matchExpressions: [{ operator: "Exists" }] }, "unknown", "unknown"],
    [{ matchExpressions: [{ key: "app", operator: "Near" }] }, "unknown", "unknown"],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["a", "shop"] }] }, "yes", "yes"],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["a"] }] }, "no", "no"],
    [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["shop"] }] }, "no", "no"],
    [{ matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, "yes", "unknown"],
    [{ matchExpressions: [{ key: "app", operator: "Exists" }] }, "yes", "yes"],
    [{ matchExpressions: [{ key: "zone", operator: "Exists" }] }, "no", "unknown"],
    [{ matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] }, "yes", "unknown"],
    [{ matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }, "no", "no"],
  ] as const)("%j: %s, and %s if there may be more labels", (selector, all, some) => {
    expect(matchesSelector(selector, known)).toBe(all);
    expect(matchesSelector(selector, partly)).toBe(some);
  });
  test("placeholders among the labels leave the others open", () => {
    const labels = labelsOf({ app: "shop", tier: "${TIER}", bad: ["x"], bare: true });
    expect(labels.complete).toBe(false);
    expect(matchesLabels({ app: "shop" }, labels)).toBe("yes");
    expect(matchesLabels({ tier: "web" }, labels)).toBe("unknown");
    expect(matchesLabels({ bare: "true" }, labels)).toBe("yes");
    expect(matchesLabels(null, labels)).toBe("yes");
    expect(labelsOf(undefined)).toEqual({ entries: new Map(), complete: true });
  });
  test("conditions combine", () => {
    expect([allOf([]), allOf(["yes", "unknown"]), allOf(["unknown", "no"])]).toEqual([
      "yes",
      "unknown",
      "no",
    ]);
    expect([anyOf([]), anyOf(["no", "unknown"]), anyOf(["unknown", "yes"])]).toEqual([
      "no",
      "unknown",
      "yes",
    ]);
  });
});

describe("labels of a namespace", () => {
  const graph = graphOf(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { a: "1" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: twice, labels: { a: "1", b: "1" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: twice, labels: { a: "2", b: "1" } }
---
apiVersion: v1
kind: Namespace
metadata: { name: open, labels: { a: "\${A}" } }
`);
  test("are those of its object and the one that the API server sets", () => {
    expect(namespaceLabel(graph, "shop", "a")).toBe("1");
    expect(namespaceLabel(graph, "shop", "b")).toBeNull();
    expect(namespaceLabel(graph, "shop", "kubernetes.io/metadata.name")).toBe("shop");
  });
  test("are not known without the object, where candidates differ, and of placeholders", () => {
    expect(namespaceLabel(graph, "elsewhere", "a")).toBeUndefined();
    expect(namespaceLabel(graph, "elsewhere", "kubernetes.io/metadata.name")).toBe("elsewhere");
    expect(namespaceLabel(graph, "twice", "a")).toBeUndefined();
    expect(namespaceLabel(graph, "twice", "b")).toBe("1");
    expect(namespaceLabel(graph, "open", "a")).toBeUndefined();
    expect(namespaceLabels(graph, "twice")).toHaveLength(2);
  });
});

test("a question is computed once per graph and key", () => {
  const graph = graphOf("");
  let asked = 0;
  const count = once(() => ++asked);
  expect([count(graph), count(graph), count(graphOf(""))]).toEqual([1, 1, 2]);
  let perKey = 0;
  const lengths = oncePer(
    (_graph, list: readonly string[]) => (perKey++, list.length),
    (list) => list.join(),
  );
  expect([lengths(graph, ["a"]), lengths(graph, ["a"]), lengths(graph, ["a", "b"])]).toEqual([1, 1, 2]);
  expect(perKey).toBe(2);
  const ofKind = oncePer((asking, kind: string) => asking.all(kind).length);
  expect([ofKind(graph, kinds.Pod), ofKind(graph, kinds.Pod)]).toEqual([0, 0]);
});
