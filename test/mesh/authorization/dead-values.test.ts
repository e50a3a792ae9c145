import { describe, expect, it } from "vitest";
import { deadValues } from "../../../src/mesh/authorization/dead-values.ts";
import { currentIstio } from "../../../src/mesh/authorization/policy.ts";
import type { PolicySettings } from "../../../src/mesh/authorization/policy.ts";
import { graphOf, only } from "../../support/graph.ts";

function dead(
  rule: string,
  settings: Partial<PolicySettings> | null = null,
): readonly (readonly unknown[])[] {
  const graph = graphOf(`apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: a}
spec: {rules: [${rule}]}
`);
  const policy = only(graph, "AuthorizationPolicy.security.istio.io", "p");
  const known = settings === null ? null : { ...currentIstio, ...settings };
  return deadValues(policy, known).map(({ text, better }) => [text, better]);
}

const source = (fields: string): string => `{from: [{source: {${fields}}}]}`;
const operation = (fields: string): string => `{to: [{operation: {${fields}}}]}`;

describe("deadValues", () => {
  it.each([
    [
      source("principals: ['spiffe://cluster.local/ns/a/sa/b']"),
      [["spiffe://cluster.local/ns/a/sa/b", "cluster.local/ns/a/sa/b"]],
    ],
    [source("principals: [cluster.local/ns/*/sa/b]"), [["cluster.local/ns/*/sa/b", "*/sa/b"]]],
    [source("principals: [cluster.local/ns/a*/sa/b*]"), [["cluster.local/ns/a*/sa/b*", null]]],
    [source("principals: [ns/a/sa/b]"), [["ns/a/sa/b", "cluster.local/ns/a/sa/b"]]],
    [source("principals: [b]"), [["b", null]]],
    [source("principals: [cluster.local/ns/a/*, '*', '*/sa/b']"), []],
    [
      source("namespaces: [A, a_b, 'a b', a/b]"),
      [
        ["A", "a"],
        ["a_b", null],
        ["a b", null],
        ["a/b", null],
      ],
    ],
    [source("namespaces: [cluster.local/ns/a/sa/b]"), [["cluster.local/ns/a/sa/b", "a"]]],
    [source("namespaces: ['*', a*b, a/sa, '(a|b)', TENANT_NAMESPACE]"), []],
    [
      operation("methods: [get, GET, Post, query]"),
      [
        ["get", "GET"],
        ["Post", "POST"],
      ],
    ],
    [
      operation("hosts: ['http://a.b/c', a/b, a.*.b, 'A.B:80', 'a:*']"),
      [
        ["http://a.b/c", "a.b"],
        ["a/b", null],
        ["a.*.b", null],
      ],
    ],
    [
      operation("paths: [a/b, 'https://a/b', '/a?b', '?b', /a/*/b, /a/*, '*/b']"),
      [
        ["a/b", "/a/b"],
        ["https://a/b", null],
        ["/a?b", "/a"],
        ["?b", null],
        ["/a/*/b", null],
      ],
    ],
    [operation("hosts: [' a']"), [[" a", "a"]]],
    [
      "{when: [{key: source.principal, notValues: [b]}, {key: 'request.headers[x]', values: [' a']}]}",
      [["b", null]],
    ],
  ])("%s", (rule, expected) => {
    expect(dead(rule)).toEqual(expected);
  });

  it("depends on the mesh where a mesh may be set so", () => {
    const prefix = source("principals: [cluster.local/ns/a/*, cluster.local/ns/a/sa/*]");
    expect(dead(prefix, {})).toEqual([]);
    expect(dead(prefix, { trustDomains: ["x"] })).toEqual([["cluster.local/ns/a/*", "x/ns/a/*"]]);
    expect(dead(prefix, { trustDomains: ["x", "cluster.local"] })).toEqual([]);
    const suffix = source("principals: ['*/ns/*/sa/b']");
    expect(dead(suffix, { quoted: false })).toEqual([]);
    expect(dead(suffix, { quoted: true })).toHaveLength(1);
    const path = operation("paths: [/a/../b, //a, '/a/{*}']");
    expect(dead(path)).toEqual([]);
    expect(dead(path, { normalization: "NONE" })).toEqual([]);
    expect(dead(path, {})).toEqual([["/a/../b", "/b"]]);
    expect(dead(path, { normalization: "MERGE_SLASHES", pathTemplates: "no" })).toEqual([
      ["/a/../b", "/b"],
      ["//a", "/a"],
      ["/a/{*}", null],
    ]);
  });

  it("tells identities that the namespaces beside them do not admit", () => {
    const identity = "cluster.local/ns/a/sa/b";
    expect(dead(source(`principals: [${identity}], namespaces: [b]`))).toEqual([[identity, null]]);
    expect(dead(source(`principals: [${identity}], namespaces: [b, 'a*']`))).toEqual([]);
    expect(dead(source(`principals: [${identity}], namespaces: [b, '\${NS}']`))).toEqual([]);
    expect(dead(source(`principals: [${identity}], notNamespaces: [b]`))).toEqual([]);
    expect(dead(source(`principals: [cluster.local/ns/a/*], namespaces: [b]`))).toEqual([]);
    const two = `{from: [{source: {principals: [${identity}]}}, {source: {namespaces: [b]}}]}`;
    expect(dead(two)).toEqual([]);
  });
});
