import { describe, expect, test } from "vitest";
import { readList, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { entryFlaws, placeFlaws, rollMembers } from "../../src/mesh/roll-flaws.ts";
import { graphOf } from "../support/graph.ts";

const rollOf = (members: string, name = "default", namespace = "istio-system") => {
  const [roll] = graphOf(
    `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: ${name}, namespace: ${namespace}}, spec: {members: ${members}}}`,
  ).all(kinds.ServiceMeshMemberRoll);
  if (!roll) throw new Error("no roll");
  return roll;
};

describe("entries of a roll", () => {
  test.each([
    ["[knative-serving, shop]", []],
    ['["*"]', []],
    ['["*", shop]', ["0 error"]],
    ["[shop, shop, shop]", ["1 error removable", "2 error removable"]],
    ["[Shop, 'a_b', 'team-*']", ["0 error", "1 error", "2 error"]],
    ["[openshift-ingress, kube-system]", ["0 warning", "1 warning"]],
    ["[istio-system]", ["0 info removable"]],
    ['[7, "${NS}", {a: b}]', []],
  ])("%s", (members, wanted) => {
    const roll = rollOf(members);
    const flaws = entryFlaws(roll, valueOr(readList(roll, rollMembers), []));
    expect(
      flaws.map(
        ({ path, severity = "error", removable }) =>
          `${path.at(-1)} ${severity}${removable ? " removable" : ""}`,
      ),
    ).toEqual(wanted);
  });
  test("that stand twice name the first of them", () => {
    const roll = rollOf("[a, b, a]");
    const [flaw] = entryFlaws(roll, ["a", "b", "a"]);
    expect(flaw?.other).toEqual(["spec", "members", 0]);
  });
});

test.each([
  ["default", "istio-system", []],
  ["mine", "istio-system", ["metadata.name"]],
  ['"${ROLL}"', "istio-system", []],
  ["default", "openshift-operators", ["metadata.namespace"]],
])("a roll %s in %s", (name, namespace, wanted) => {
  expect(placeFlaws(rollOf("[]", name, namespace)).map(({ path }) => path.join("."))).toEqual(wanted);
});
