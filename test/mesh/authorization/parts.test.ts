import { describe, expect, it } from "vitest";
import { addressBlock } from "../../../src/mesh/authorization/address.ts";
import { admissionProblems } from "../../../src/mesh/authorization/admission.ts";
import { isValidPathTemplate, requestPath } from "../../../src/mesh/authorization/path.ts";
import { glob } from "../../../src/mesh/authorization/text-pattern.ts";
import { graphOf, only } from "../../support/graph.ts";

describe("requestPath", () => {
  it.each([
    ["/a/../b", "BASE", "/b"],
    ["/a/./b", "BASE", "/a/b"],
    ["/a/..", "BASE", "/"],
    ["/a/b/.", "BASE", "/a/b/"],
    ["/../../a", "BASE", "/a"],
    ["/a/%2e%2E/b", "BASE", "/b"],
    ["/%41%2f%5c", "BASE", "/A%2f%5c"],
    ["/a\\b", "BASE", "/a/b"],
    ["//a", "BASE", "//a"],
    ["/a//../b", "BASE", "/a/b"],
    ["//a///b", "MERGE_SLASHES", "/a/b"],
    ["/a%2fb", "MERGE_SLASHES", "/a%2fb"],
    ["/a%2F%5cb", "DECODE_AND_MERGE_SLASHES", "/a/b"],
    ["/x%2f..%2fadmin", "DECODE_AND_MERGE_SLASHES", "/admin"],
    ["/a/../b?c#d", "NONE", "/a/../b"],
    ["/a?b=/../c", "BASE", "/a"],
    ["", "BASE", ""],
    ["*", "BASE", "*"],
  ] as const)("%s with %s is %s", (raw, normalization, expected) => {
    expect(requestPath(raw, normalization)).toBe(expected);
  });
});

describe("addressBlock", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.1", "10.0.0.1", true],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "::1", true],
    ["2001:db8::/32", "2001:db8:1::5", true],
    ["2001:db8::/32", "2001:db9::5", false],
    ["::ffff:10.0.0.1", "::ffff:a00:1", true],
    ["10.0.0.0/8", "no address", false],
  ])("%s holds %s: %s", (block, address, expected) => {
    expect(addressBlock(block)?.(address)).toBe(expected);
  });
  it("refuses what is no block", () => {
    for (const text of [
      "",
      "10.0.0",
      "10.0.0.256",
      "10.0.0.1/33",
      "10.0.0.1/x",
      "10.0.0.0/8/8",
      "1:2",
      "1::2::3",
      "::g",
      "1:2:3:4:5:6:7:8::",
      "01.2.3.4",
    ]) {
      expect(addressBlock(text), text).toBeNull();
    }
  });
});

describe("glob", () => {
  it("needs the whole text", () => {
    expect(glob("a*b*c")("a1b2c")).toBe(true);
    expect(glob("a*b*c")("abc")).toBe(true);
    expect(glob("a*b*c")("acb")).toBe(false);
    expect(glob("ab*ba")("aba")).toBe(false);
    expect(glob("a")("ab")).toBe(false);
    expect(glob("*a*a")("a")).toBe(false);
  });
});

describe("isValidPathTemplate", () => {
  it("takes operators that fill a segment, and nothing after {**} but literals", () => {
    expect(
      ["/a/{*}/b", "/a/{**}", "/store/{**}/cart", "/{*}/{**}"].filter((text) => !isValidPathTemplate(text)),
    ).toEqual([]);
    const bad = [
      "a/{*}",
      "/a{*}",
      "/{**}/{*}",
      "/{**}/{**}",
      "/{x}/{*}",
      "/*/{*}",
      "/{*}/b*",
      "/{*}/ü",
      "/{*=a}",
    ];
    expect(bad.filter(isValidPathTemplate)).toEqual([]);
  });
});

function problemsOf(spec: string, annotation = ""): readonly string[] {
  const graph = graphOf(`apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: a${annotation}}
spec: ${spec}
`);
  return admissionProblems(only(graph, "AuthorizationPolicy.security.istio.io", "p")).map(
    ({ message }) => message,
  );
}

describe("admissionProblems", () => {
  it.each([
    ["{}", []],
    ["null", []],
    ["{action: DENY}", ["DENY needs rules"]],
    ["{action: CUSTOM, rules: [{}]}", ["CUSTOM needs a provider"]],
    ["{action: deny, rules: [{}]}", ["an unknown action"]],
    ["{action: '<your-action>'}", []],
    ["{provider: {name: x}}", ["a provider with action ALLOW"]],
    ["{selector: {matchLabels: {a: 'b*'}}}", ["a wildcard in the selector"]],
    [
      "{selector: {}, targetRefs: [{kind: Gateway, name: g}]}",
      ["selector beside targetRefs: only one of them may be set"],
    ],
    ["{rules: [{from: []}]}", ["an empty list in from"]],
    ["{rules: [{from: [{source: {}}]}]}", ["an empty source"]],
    ["{rules: [{to: [{}]}]}", ["an empty operation"]],
    ["{rules: [{to: [{operation: {ports: ['*']}}]}]}", ["* is no port"]],
    ["{rules: [{to: [{operation: {hosts: ['']}}]}]}", ["an empty value in hosts"]],
    ["{rules: [{to: [{operation: {notPaths: ['/{x}/{*}']}}]}]}", ["/{x}/{*} is no valid path template"]],
    ["{rules: [{from: [{source: {notIpBlocks: [x]}}]}]}", ["x is no IP address or CIDR block"]],
    [
      "{rules: [{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}]}",
      ["serviceAccounts beside namespaces or principals"],
    ],
    ["{rules: [{when: [{key: destination.labels, values: [a]}]}]}", ["no attribute destination.labels"]],
    ["{rules: [{when: [{key: 'request.headers[]', values: [a]}]}]}", ["no attribute request.headers[]"]],
    ["{rules: [{when: [{key: source.ip}]}]}", ["condition source.ip has no values"]],
    ["{rules: [{when: [{key: source.ip, values: [a]}]}]}", ["a is no IP address or CIDR block"]],
    ["{rules: [{when: [{values: [a]}]}]}", ["a condition without key"]],
    [
      "{action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {namespaces: [a]}}], when: [{key: source.principal, values: [b]}]}]}",
      ["namespaces in a CUSTOM policy", "source.principal in a CUSTOM policy"],
    ],
    ["{rules: [null, {}]}", []],
    ["{action: DENY, rules: '${RULES}'}", []],
    ["{action: CUSTOM, provider: '<your-provider>', rules: [{}]}", []],
    ["{rules: [{from: ['${FROM}', {source: '${SOURCE}'}], when: ['${WHEN}']}]}", []],
    ["{rules: [{from: [{source: {namespaces: '${NAMESPACES}'}}]}]}", []],
    ["{rules: [{when: [{key: source.namespace, notValues: '${NAMESPACES}'}]}]}", []],
    ["{rules: [{when: [{key: source.serviceAccount, values: [a]}]}]}", []],
    ["{rules: [{when: [{key: 'request.experimental.inline.headers[x]', values: [a]}]}]}", []],
  ])("%s: %j", (spec, expected) => {
    expect(problemsOf(spec)).toEqual(expected);
  });
  it("takes dry-run with ALLOW and DENY only", () => {
    const dryRun = ", annotations: {istio.io/dry-run: 'true'}";
    expect(problemsOf("{}", dryRun)).toEqual([]);
    expect(problemsOf("{action: AUDIT}", dryRun)).toEqual(["dry-run with action AUDIT"]);
  });
});
