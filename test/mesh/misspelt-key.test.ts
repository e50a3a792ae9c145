import { expect, test } from "vitest";
import { misspeltKey } from "../../src/mesh/misspelt-key.ts";
import { graphOf } from "../support/graph.ts";

const path = ["spec", "values", "meshConfig", "defaultConfig"];
test.each([
  ["{values: {meshConfig: {defaultConfig: {}}}}", null],
  ["{values: {meshconfig: {defaultConfig: {}}}}", ["spec.values.meshconfig", "meshConfig"]],
  ["{values: {meshConfig: {defaultConfg: {}}}}", ["spec.values.meshConfig.defaultConfg", "defaultConfig"]],
  ["{value: {}}", ["spec.value", "values"]],
  ["{values: {pilot: {}}}", null],
  ["{values: []}", null],
])("%s", (spec, wanted) => {
  const [resource] = graphOf(
    `{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: ${spec}}`,
  ).all("Istio.sailoperator.io");
  const found = resource && misspeltKey(resource, path);
  expect(found ? [found.path.join("."), found.meant] : null).toEqual(wanted);
});
