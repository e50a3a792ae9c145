import { describe, expect, test } from "vitest";
import { annotationPlace, labelPlace } from "../../src/mesh/field.ts";
import { contradicts, wrongInjectValue } from "../../src/mesh/injection-values.ts";
import { graphOf } from "../support/graph.ts";

const key = "sidecar.istio.io/inject";

describe("the value of the request for a sidecar", () => {
  test.each([
    ["true", null],
    ["false", null],
    [true, "true"],
    [false, "false"],
    ["yes", "true"],
    ["On", "true"],
    ["TRUE", "true"],
    ["enabled", "?"],
    ["no", "?"],
    ["", "?"],
    [1, "?"],
    [null, "?"],
  ])("%j is meant as %s", (value, meant) => {
    const wrong = wrongInjectValue(value);
    expect(wrong && (wrong.meant ?? "?")).toBe(meant);
  });
  test("is quoted with what is made of it", () => {
    expect(wrongInjectValue(true)?.said).toBe(
      "the boolean true, and the API server takes only strings there",
    );
    expect(wrongInjectValue("yes")?.said).toContain("true up to 1.26");
    expect(wrongInjectValue("enabled")?.said).toContain('"enabled", which asks for no sidecar');
  });
});

describe("label and annotation", () => {
  test.each([
    ['"true"', '"false"', true],
    ['"false"', '"true"', true],
    ['"true"', '"true"', false],
    ['"true"', '"yes"', false],
    ["true", '"false"', false],
    ['"true"', '"${INJECT}"', false],
    ['"true"', "null", false],
  ])("label %s, annotation %s contradict each other: %s", (label, annotation, wanted) => {
    const graph = graphOf(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: shop}, spec: {template: {metadata: {labels: {${key}: ${label}}, annotations: {${key}: ${annotation}}}, spec: {}}}}`,
    );
    const [pod] = graph.pods();
    if (!pod) throw new Error("no pod");
    const found = contradicts(labelPlace(pod, key), annotationPlace(pod, key));
    expect(found !== null).toBe(wanted);
  });
});
