import { describe, expect, test } from "vitest";
import { meshes } from "../../src/mesh/meshes.ts";
import { isSameMesh, meshOfKnative } from "../../src/mesh/mesh-of-knative.ts";
import { graphOf } from "../support/graph.ts";

const roll = (namespace: string, members: string): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: ${namespace}}, spec: {members: ${members}}}\n---\n`;
const serving = (ingress: string): string =>
  `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: knative-serving, namespace: knative-serving}, spec: {ingress: {${ingress}: {enabled: true}}}}\n---\n`;
const istio = (namespace: string): string =>
  `{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {namespace: ${namespace}}}\n---\n`;

function short(text: string, namespace: string): string {
  const answer = meshOfKnative(graphOf(text), namespace);
  if (answer.state !== "found") return answer.state;
  return `${answer.mesh.namespace} ${answer.at?.path.join(".") ?? "-"}`;
}

describe("the mesh of Knative's namespaces", () => {
  test.each([
    ["by the roll", roll("a", "[knative-serving]"), "knative-serving", "a spec.members.0"],
    ["nothing", "", "knative-serving", "none"],
    ["Kourier", serving("kourier") + roll("a", "[knative-serving]"), "knative-serving", "none"],
    ["a roll outside", serving("istio"), "knative-serving", "unknown"],
    ["a roll outside, for Eventing", serving("istio"), "knative-eventing", "unknown"],
    [
      "Eventing beside",
      roll("a", "[knative-serving]") + roll("b", "[knative-eventing]"),
      "knative-eventing",
      "b spec.members.0",
    ],
    ["Eventing nowhere", roll("a", "[knative-serving]"), "knative-eventing", "none"],
    [
      "Eventing not known",
      roll("a", "[knative-serving]") + roll("b", '["${M}"]'),
      "knative-eventing",
      "unknown",
    ],
    ["a roll without namespace", roll('"${NS}"', "[knative-serving]"), "knative-serving", "unknown"],
    [
      "Service Mesh 3",
      serving("istio") + istio("c"),
      "knative-serving",
      "c spec.values.meshConfig.discoverySelectors",
    ],
    [
      "Service Mesh 3 that does not look there",
      serving("istio") +
        istio(
          "c, values: {meshConfig: {discoverySelectors: [{matchLabels: {kubernetes.io/metadata.name: shop}}]}}",
        ),
      "knative-serving",
      "c -",
    ],
  ])("%s", (_name, text, namespace, wanted) => {
    expect(short(text === "" ? "{}" : text, namespace)).toBe(wanted);
  });
});

test("one mesh is one namespace, and one generation", () => {
  const meshesIn = (text: string) => meshes(graphOf(text))[0] ?? expect.fail("no mesh");
  const old = meshesIn(roll("a", "[]"));
  expect(isSameMesh(old, meshesIn(roll("a", "[shop]")))).toBe(true);
  expect(isSameMesh(old, meshesIn(roll("b", "[]")))).toBe(false);
  expect(isSameMesh(old, meshesIn(istio("a")))).toBe(false);
});
