import { describe, expect, it } from "vitest";
import { policyFields } from "../../../src/mesh/authorization/fields.ts";
import { admissionProblems } from "../../../src/mesh/authorization/admission.ts";
import { compilePolicy } from "../../../src/mesh/authorization/compile.ts";
import { decide, policySet } from "../../../src/mesh/authorization/decide.ts";
import { currentIstio } from "../../../src/mesh/authorization/policy.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { graphOf, only } from "../../support/graph.ts";
import { caller, request, verdict } from "./policies.ts";

const policyOf = (spec: string, namespace = ", namespace: shop") => {
  const graph = graphOf(
    `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p${namespace}}, spec: ${spec}}`,
  );
  return only(graph, kinds.AuthorizationPolicy, "p");
};

describe("the fields of a policy that is not finished", () => {
  const fieldsOf = (spec: string): readonly string[] =>
    [...policyFields(policyOf(spec))].map(
      ({ written, values, complete }) =>
        `${written}: ${values.map(({ text }) => text).join(",")}${complete ? "" : " …"}`,
    );
  it.each([
    ["{rules: [{from: [null, {source: null}, {source: {namespaces: [a]}}]}]}", ["namespaces: a"]],
    ["{rules: [{from: ['${FROM}'], to: [{operation: '${OPERATION}'}]}]}", []],
    ["{rules: [{to: [{operation: {paths: [/a, {b: c}]}}]}]}", ["paths: /a …"]],
    [
      "{rules: [{when: [{values: [a]}, {key: 7, values: [a]}, {key: source.ip, notValues: [b]}]}]}",
      ["source.ip: b"],
    ],
    ["{rules: ['${RULE}']}", []],
  ])("%s: %j", (spec, expected) => {
    expect(fieldsOf(spec)).toEqual(expected);
  });
});

describe("a CUSTOM policy", () => {
  it.each([
    ["{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}", []],
    ["{from: [{source: {notRequestPrincipals: [a]}}]}", ["notRequestPrincipals in a CUSTOM policy"]],
    ["{when: [{key: source.ip, values: [10.0.0.1]}]}", []],
    ["{when: [{key: 'request.auth.claims[a]', values: [b]}]}", ["request.auth.claims[a] in a CUSTOM policy"]],
  ])("may not ask who is calling: %s", (rule, expected) => {
    const problems = admissionProblems(policyOf(`{action: CUSTOM, provider: {name: a}, rules: [${rule}]}`));
    expect(problems.map(({ message }) => message)).toEqual(expected);
  });
});

describe("conditions", () => {
  it("without a key drop their rule", () => {
    expect(verdict(["{rules: [{when: [{values: [a]}]}]}"])).toBe("DENY");
    expect(verdict(["{action: DENY, rules: [{when: [{values: [a]}]}]}"])).toBe("ALLOW");
    expect(verdict(["{rules: [{when: [{key: [], values: [a]}]}]}"])).toBe("DENY");
  });
});

describe("a policy with several definitions", () => {
  const decided = (spec: string) => {
    const policy = compilePolicy(policyOf(spec), currentIstio, { ambiguous: true });
    return decide(policySet([policy]), request({ peer: caller("team-a") }), () => "grpc");
  };
  it("is certain where it refuses whatever is applied, else not", () => {
    expect(decided("{rules: [{from: [{source: {namespaces: [team-b]}}]}]}").verdict).toBe("DENY");
    const needs = "which of the definitions of AuthorizationPolicy shop/p is applied";
    expect(decided("{rules: [{from: [{source: {namespaces: [team-a]}}]}]}")).toMatchObject({
      verdict: "UNCERTAIN",
      needs,
    });
    expect(decided("{action: DENY, rules: [{}]}")).toMatchObject({ verdict: "UNCERTAIN", needs });
  });
});

describe("the order of policies", () => {
  it("is that of namespaces and names, whatever the order of files", () => {
    const compiled = ["b/one", "a/two", "a/four", "c/five"].map((text) => {
      const [namespace = "", name = ""] = text.split("/");
      const graph = graphOf(
        `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: ${name}, namespace: ${namespace}}, spec: {}}`,
      );
      return compilePolicy(only(graph, kinds.AuthorizationPolicy, name), currentIstio);
    });
    expect(policySet(compiled).policies.map(({ resource }) => resource.name)).toEqual([
      "four",
      "two",
      "one",
      "five",
    ]);
  });
});
