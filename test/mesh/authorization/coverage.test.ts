import { describe, expect, it } from "vitest";
import { coveredRules, policyCovers, selectorCovers } from "../../../src/mesh/authorization/coverage.ts";
import { graphOf, only } from "../../support/graph.ts";

function policies(specs: readonly string[]) {
  const text = specs.map(
    (spec, index) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p${index}, namespace: a}
spec: ${spec}
`,
  );
  const graph = graphOf(text.join("---\n"));
  return specs.map((_, index) => only(graph, "AuthorizationPolicy.security.istio.io", `p${index}`));
}

function covers(broad: string, narrow: string): boolean {
  const [first, second] = policies([`{rules: [${broad}]}`, `{rules: [${narrow}]}`]);
  return first !== undefined && second !== undefined && policyCovers(first, second);
}

const source = (fields: string): string => `{from: [{source: {${fields}}}]}`;
const operation = (fields: string): string => `{to: [{operation: {${fields}}}]}`;

describe("policyCovers", () => {
  it.each([
    ["{}", source("namespaces: [a]")],
    [source("namespaces: [a, b]"), source("namespaces: [b]")],
    [source("namespaces: ['a*']"), source("namespaces: [a1]")],
    [source("namespaces: [a]"), source("namespaces: [a], principals: ['*']")],
    [source("principals: ['*']"), source("principals: [x/ns/a/sa/b]")],
    [source("principals: ['*/sa/b']"), source("principals: [x/ns/a/sa/b]")],
    [source("notNamespaces: [a]"), source("notNamespaces: [a, b]")],
    [source("notNamespaces: [a]"), source("namespaces: [b], notNamespaces: ['*']")],
    [operation("hosts: ['*.B']"), operation("hosts: [a.b]")],
    [operation("paths: ['/a*']"), operation("paths: [/a/b, '/a/*']")],
    [operation("ports: ['80', '81']"), operation("ports: ['81'], methods: [GET]")],
    [
      "{when: [{key: source.namespace, values: [a, b]}]}",
      "{when: [{key: source.namespace, values: [a]}, {key: source.ip, values: [10.0.0.1]}]}",
    ],
    [
      "{when: [{key: 'request.headers[a]', notValues: [x]}]}",
      "{when: [{key: 'request.headers[a]', notValues: [x]}]}",
    ],
    [operation("paths: ['/{*}']"), operation("paths: ['/{*}']")],
  ])("%s covers %s", (broad, narrow) => {
    expect(covers(broad, narrow)).toBe(true);
  });

  it.each([
    [source("namespaces: [a]"), "{}"],
    [source("namespaces: [a]"), source("namespaces: [a, b]")],
    [source("namespaces: ['a.']"), source("namespaces: [ab]")],
    [source("namespaces: [a]"), source("principals: [x/ns/a/sa/b]")],
    [source("principals: ['x*']"), source("principals: ['*x']")],
    [source("principals: ['*x']"), source("principals: ['x*']")],
    [source("notNamespaces: [a, b]"), source("notNamespaces: [a]")],
    [source("namespaces: [a], notPrincipals: [b]"), source("namespaces: [a]")],
    [source("namespaces: ['${NS}', a]"), source("namespaces: [a]")],
    [operation("paths: ['/{*}']"), operation("paths: [/a]")],
    [operation("paths: ['/*']"), operation("paths: ['/{**}']")],
    [operation("ports: ['80']"), operation("methods: [GET]")],
    ["{from: [{source: {namespaces: [a]}}], to: [{operation: {methods: [GET]}}]}", source("namespaces: [a]")],
    ["{when: [{key: source.namespace, values: [a]}]}", "{when: [{key: source.principal, values: [a]}]}"],
    [
      "{when: [{key: 'request.headers[a]', values: ['*']}]}",
      "{when: [{key: 'request.headers[a]', values: [x]}]}",
    ],
    ["{}", "null"],
  ])("%s does not cover %s", (broad, narrow) => {
    expect(covers(broad, narrow)).toBe(false);
  });

  it("needs a rule to be covered", () => {
    const [first, second] = policies(["{rules: [{}]}", "{}"]);
    expect(first && second && policyCovers(first, second)).toBe(false);
  });
});

describe("coveredRules", () => {
  it("names each rule that another covers, of equals the later", () => {
    const rules = [source("namespaces: [a]"), source("namespaces: [a, b]"), source("namespaces: [a]")];
    const [policy] = policies([`{rules: [${rules.join(", ")}]}`]);
    expect(policy && coveredRules(policy)).toEqual([
      { rule: 0, by: 1 },
      { rule: 2, by: 0 },
    ]);
  });
});

describe("selectorCovers", () => {
  it.each([
    ["{}", "{selector: {matchLabels: {a: b}}}", true],
    ["{selector: {matchLabels: {a: b}}}", "{selector: {matchLabels: {a: b, c: d}}}", true],
    ["{selector: {matchLabels: {a: b}}}", "{}", false],
    ["{selector: {matchLabels: {a: b}}}", "{selector: {matchLabels: {a: c}}}", false],
    ["{selector: {matchLabels: {a: '${X}'}}}", "{selector: {matchLabels: {a: '${X}'}}}", false],
    ["{targetRefs: [{kind: Gateway, name: g}]}", "{selector: {matchLabels: {a: b}}}", false],
  ])("%s and %s: %s", (broad, narrow, expected) => {
    const [first, second] = policies([broad, narrow]);
    expect(first && second && selectorCovers(first, second)).toBe(expected);
  });
});
