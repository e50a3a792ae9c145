import { describe, expect, test } from "vitest";
import { compilePolicy } from "../../src/mesh/authorization/compile.ts";
import { currentIstio } from "../../src/mesh/authorization/policy.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { mayBeElsewhere, policyAllows, without } from "../../src/mesh/permission-coverage.ts";
import { requestOf } from "../../src/mesh/permissions.ts";
import type { Value } from "../../src/model/value.ts";
import { graphOf, only } from "../support/graph.ts";

describe("a value without one entry", () => {
  const value: Value = { rules: [{ to: ["a", "b"] }, { from: "c" }], action: "ALLOW" };
  test.each([
    [["action"], { rules: [{ to: ["a", "b"] }, { from: "c" }] }],
    [["rules", 0], { rules: [{ from: "c" }], action: "ALLOW" }],
    [["rules", 0, "to", 1], { rules: [{ to: ["a"] }, { from: "c" }], action: "ALLOW" }],
    [["rules", 7, "to"], value],
    [["action", "more"], value],
    [["other"], value],
    [[], value],
  ])("at %j", (path, wanted) => {
    expect(without(value, path)).toEqual(wanted);
  });
});

const policy = (spec: string, more = "", namespace = ", namespace: shop"): string =>
  `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p${namespace}${more}}, spec: ${spec}}\n---\n`;

test.each([
  ["{rules: [{}]}", "", false, "yes"],
  ["{rules: [{}]}", "", true, "unknown"],
  ["{rules: [{to: [{operation: {methods: [POST]}}]}]}", "", false, "no"],
  ["{rules: [{to: [{operation: {methods: [POST]}}]}]}", "", true, "no"],
  ["{action: DENY, rules: [{}]}", "", false, "no"],
  ["{rules: [{}]}", ', annotations: {istio.io/dry-run: "true"}', false, "no"],
  ["{}", "", false, "no"],
])("%s %s (several definitions: %s) allows a request: %s", (spec, more, ambiguous, wanted) => {
  const resource = only(graphOf(policy(spec, more)), kinds.AuthorizationPolicy, "p");
  expect(policyAllows(compilePolicy(resource, currentIstio, { ambiguous }), requestOf({}))).toBe(wanted);
});

test("a policy that is looked for may stand in what is not read in full", () => {
  expect(mayBeElsewhere(graphOf(policy("{}")))).toBeNull();
  expect(mayBeElsewhere(graphOf(policy("{}", "", "")))).toBe("the namespace of AuthorizationPolicy p");
  const patched = graphOf("", { patches: { "patch.yaml": policy("{}") } });
  expect(mayBeElsewhere(patched)).toBe("AuthorizationPolicy shop/p as it is applied");
});
