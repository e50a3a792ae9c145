import { describe, expect, test } from "vitest";
import { greedyRolls, namespaceHomes } from "../../src/mesh/homes.ts";
import { graphOf } from "../support/graph.ts";

const roll = (namespace: string, members: string, name = "default"): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: ${name}, namespace: ${namespace}}, spec: {members: ${members}}}\n---\n`;
const plane = (namespace: string): string =>
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: ${namespace}}, spec: {version: v2.4}}\n---\n`;
const member = (namespace: string, mesh: string): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMember, metadata: {name: default, namespace: ${namespace}}, spec: {controlPlaneRef: {name: basic, namespace: ${mesh}}}}\n---\n`;
const planes = plane("one") + plane("two");

function homes(text: string, namespace: string, options = {}) {
  const found = namespaceHomes(graphOf(text, options)).get(namespace);
  return (
    found && `${found.homes.map(({ mesh }) => mesh.namespace).join("+")}${found.needs === null ? "" : "?"}`
  );
}

describe("the meshes of a namespace", () => {
  test.each([
    ["one", roll("one", "[shop]") + roll("two", "[cart]"), "one"],
    ["two", roll("one", "[shop]") + roll("two", "[shop]"), "one+two"],
    ["a roll and a member", roll("one", "[shop]") + roll("two", "[]") + member("shop", "two"), "one+two"],
    ["all candidates", roll("one", "[shop]") + roll("one", "['*']") + roll("two", "[shop]"), "one+two"],
    ["one candidate of two", roll("one", "[shop]") + roll("one", "[]") + roll("two", "[shop]"), "two"],
    ["a roll that may", roll("one", "[shop]") + roll("two", '["${MORE}"]'), "one?"],
    ["a roll somewhere", roll("one", "[shop]") + roll('"${NS}"', "[shop]"), "one?"],
    [
      "a member whose mesh is not known",
      roll("one", "[]") + roll("two", "[]") + member("shop", '"${NS}"'),
      undefined,
    ],
    ["nowhere", roll("one", "[]") + roll("two", "[cart]"), undefined],
  ])("%s", (_name, text, wanted) => {
    expect(homes(planes + text, "shop")).toBe(wanted);
  });

  test("a patch of the roll", () => {
    const patches = { "patch.yaml": roll("two", "[shop]") };
    const text = planes + roll("one", "[shop]") + roll("two", "[cart]");
    expect(homes(text, "shop", { patches })).toBe("one+two");
  });

  test("a stated fact", () => {
    const members = { two: ["shop"] };
    expect(homes(planes + roll("one", "[shop]") + roll("two", "[]"), "shop", { members })).toBe("one+two");
  });

  test("Knative's own are always there", () => {
    expect(homes(planes + roll("one", "[]") + roll("two", "[]"), "knative-serving")).toBe("");
  });
});

test.each([
  ["beside names", roll("one", "['*']") + roll("two", "[shop]"), ["spec.members.0"]],
  ["after other entries", roll("one", "[shop, '*']") + roll("two", "[shop]"), ["spec.members.1"]],
  ["beside another", roll("one", "['*']") + roll("two", "['*']"), ["spec.members.0", "spec.members.0"]],
  ["beside an empty roll", roll("one", "['*']") + roll("two", "[]"), []],
  ["alone", roll("one", "['*']"), []],
  ["in one of two candidates", roll("one", "['*']") + roll("one", "[cart]") + roll("two", "[shop]"), []],
  ["in a roll of another name", roll("one", "['*']", "all") + roll("two", "[shop]"), []],
])("`*` %s", (_name, text, wanted) => {
  expect(greedyRolls(graphOf(planes + text)).map(({ at }) => at.path.join("."))).toEqual(wanted);
});
