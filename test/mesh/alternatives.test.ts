import { describe, expect, it } from "vitest";
import { goesWith } from "../../src/mesh/alternatives.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { sourceOf } from "../../src/model/resource.ts";
import { graphOf, type GraphOptions } from "../support/graph.ts";

const serving = `apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
`;
const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: knative-ingress-gateway, namespace: knative-serving }
`;

/** What is said of each KnativeServing, by its file. */
function answers(
  files: Readonly<Record<string, string>>,
  options: GraphOptions = {},
): Readonly<Record<string, string>> {
  const graph = graphOf(files, options);
  const [companion] = graph.all(kinds.Gateway);
  if (!companion) throw new Error("no Gateway");
  return Object.fromEntries(
    graph
      .all(kinds.KnativeServing)
      .map((one) => [sourceOf(one, []).document.file.path, goesWith(graph, one, companion)]),
  );
}

describe("what an object of the tree goes with", () => {
  it("is the only candidate, wherever it lies", () => {
    expect(answers({ "a/serving.yaml": serving, "b/c/gateway.yaml": gateway })).toEqual({
      "a/serving.yaml": "yes",
    });
  });

  it("is any candidate of one folder", () => {
    expect(answers({ "a/1.yaml": serving, "a/2.yaml": serving, "b/gateway.yaml": gateway })).toEqual({
      "a/1.yaml": "yes",
      "a/2.yaml": "yes",
    });
  });

  it("is the nearest of several, and none of those that are equally far", () => {
    const files = { "x/a/serving.yaml": serving, "y/serving.yaml": serving };
    expect(answers({ ...files, "x/b/gateway.yaml": gateway })).toEqual({
      "x/a/serving.yaml": "yes",
      "y/serving.yaml": "other",
    });
    expect(answers({ ...files, "z/gateway.yaml": gateway })).toEqual({
      "x/a/serving.yaml": "unknown",
      "y/serving.yaml": "unknown",
    });
  });

  it("counts candidates whose namespace may be the same, and no others", () => {
    const unnamed = serving.replace(", namespace: knative-serving", "");
    const elsewhere = serving.replace("namespace: knative-serving", "namespace: other");
    const files = { "a/serving.yaml": serving, "c/gateway.yaml": gateway };
    expect(answers({ ...files, "b/serving.yaml": unnamed })["a/serving.yaml"]).toBe("unknown");
    expect(answers({ ...files, "b/serving.yaml": elsewhere })["a/serving.yaml"]).toBe("yes");
  });

  it("is not asked in a set that is applied as a whole", () => {
    const files = { "a/serving.yaml": serving, "b/serving.yaml": serving, "c/gateway.yaml": gateway };
    expect(answers(files, { appliedAsWhole: true })).toEqual({
      "a/serving.yaml": "yes",
      "b/serving.yaml": "yes",
    });
  });
});
