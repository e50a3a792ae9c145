import { describe, expect, it } from "vitest";
import { headerTest, matchesAll, valuesTest } from "../../../src/mesh/authorization/checks.ts";
import {
  namespacePattern,
  principalPattern,
  serviceAccountPattern,
  withTrustDomains,
} from "../../../src/mesh/authorization/peer-pattern.ts";
import { caller, decision, request, verdict } from "./policies.ts";

const equals = (value: string) => (subject: string) =>
  subject === value ? ("yes" as const) : ("no" as const);

describe("values beside notValues", () => {
  const open = "${VALUE}";
  it.each([
    [["a"], ["b"], "a", "yes"],
    [["a"], ["a"], "a", "no"],
    [["a"], ["b"], "c", "no"],
    [["a"], [open], "a", "unknown"],
    [["a"], [open], "b", "no"],
    [[open], ["b"], "a", "unknown"],
    [[open], ["a"], "a", "no"],
    [[], ["a"], "a", "no"],
    [[], ["a"], "b", "yes"],
    [[], [open], "b", "unknown"],
    [[open, "a"], [], "a", "yes"],
    [[open, "a"], [], "b", "unknown"],
  ])("%j without %j for %s: %s", (values, notValues, subject, expected) => {
    expect(valuesTest(values, notValues, equals)?.(subject)).toBe(expected);
  });
  it("is no constraint where both are empty", () => {
    expect(valuesTest([], [], equals)).toBeNull();
  });
});

describe("headers", () => {
  it.each([
    [":authority", "*", { host: undefined }, "yes"],
    [":authority", "orders*", { host: undefined }, "unknown"],
    ["Host", "orders.team-bravo-1", {}, "yes"],
    [":method", "POST", {}, "no"],
    [":path", "/a*", { path: "/ab" }, "yes"],
    ["constructor", "*", {}, "no"],
    ["x-tenant", "*", { headers: { "X-Tenant": "" } }, "yes"],
  ])("%s like %s for %j: %s", (name, value, changes, expected) => {
    expect(headerTest(name)(value)(request(changes))).toBe(expected);
  });
});

describe("several checks", () => {
  const says = (match: "yes" | "no" | "unknown") => ({ test: () => match, needs: match });
  it("hold together: one that fails outweighs one that is not known", () => {
    expect(matchesAll([says("yes"), says("yes")], request())).toBe("yes");
    expect(matchesAll([says("unknown"), says("yes")], request())).toBe("unknown");
    expect(matchesAll([says("unknown"), says("no")], request())).toBe("no");
    expect(matchesAll([], request())).toBe("yes");
  });
});

describe("trust domains of a principal", () => {
  const rest = "ns/x/sa/default";
  it.each([
    ["cluster.local", ["new.td", "old.td"], ["new.td", "old.td"]],
    ["new.td", ["new.td", "old.td"], ["new.td", "old.td"]],
    ["old*", ["new.td", "old.td"], ["new.td", "old.td"]],
    ["foreign.td", ["new.td", "old.td"], ["foreign.td"]],
    ["*.td", ["new.td", "other.example"], ["*.td", "other.example"]],
    ["any", ["*"], ["*"]],
    ["new.td", ["*.td"], ["*.td"]],
    ["new.td", ["new*"], ["new*"]],
    ["new.td", ["*.example"], ["new.td"]],
  ] as const)("%s in a mesh of %j: %j", (domain, [own, ...aliases], expected) => {
    expect(withTrustDomains(`${domain}/${rest}`, [own, ...aliases])).toEqual(
      expected.map((name) => `${name}/${rest}`),
    );
  });
  it("are left alone in what is no full principal", () => {
    for (const text of ["*", "cluster.local/ns/x", "*/ns/x/sa/default", `cluster.local/${rest}/more`])
      expect(withTrustDomains(text, ["new.td"]), text).toEqual([text]);
  });
});

describe("patterns of peers", () => {
  it.each([
    [namespacePattern("team.alpha", false), "team.alpha/a", "yes"],
    [namespacePattern("team.alpha", false), "team-alpha/a", "unknown"],
    [namespacePattern("team.alpha", true), "team-alpha/a", "no"],
    [namespacePattern("team-(a|b)", false), "team-(a|b)/a", "unknown"],
    [principalPattern("*/sa/a", true), "team-a/a", "yes"],
    [principalPattern("*/sa/a", true), "team-a/b", "no"],
    [principalPattern("*/sa/a", false), "team-a/a", "yes"],
    [serviceAccountPattern("a", "team-a"), "team-a/a", "yes"],
    [serviceAccountPattern("team-b/a", "team-a"), "team-a/a", "no"],
    [serviceAccountPattern("a", "team-a"), "team-a/b", "no"],
  ])("%# for %s: %s", (test, peer, expected) => {
    expect(test(caller(peer))).toBe(expected);
    expect(test(null)).toBe("no");
  });
  it("take a namespace of that name only, not an account", () => {
    expect(serviceAccountPattern("a", "x")("spiffe://cluster.local/ns/other/sa/x")).toBe("no");
  });
});

/** As the policies of many tenants: rules enough that those for one peer are kept apart. */
describe("many rules", () => {
  const rule = (index: number): string =>
    `{from: [{source: {namespaces: [team-${index}]}}], to: [{operation: {paths: [/${index}]}}]}`;
  const rules = Array.from({ length: 40 }, (_, index) => rule(index));
  const deny =
    "{action: DENY, rules: [{from: [{source: {namespaces: [team-3]}}], to: [{operation: {methods: [POST]}}]}]}";
  const when = "{rules: [{when: [{key: source.namespace, values: [condition]}]}]}";
  const all = [`{rules: [${rules.join(", ")}]}`, deny, when];
  it.each([
    ["team-3", "/3", "GET", "ALLOW"],
    ["team-3", "/4", "GET", "DENY"],
    ["team-3", "/3", "POST", "DENY"],
    ["team-4", "/4", "POST", "ALLOW"],
    ["stranger", "/4", "GET", "DENY"],
    ["condition", "/4", "GET", "ALLOW"],
  ])("%s asks for %s by %s: %s", (peer, path, method, expected) => {
    expect(verdict(all, { peer: caller(peer), path, method })).toBe(expected);
  });
  it("tell which rule it was", () => {
    const answer = decision(all, { peer: caller("team-7"), path: "/7" });
    expect(answer).toMatchObject({ verdict: "ALLOW", by: { rule: 7 } });
  });
  it("leave nobody in without a certificate", () => {
    expect(verdict(all, { peer: null, path: "/3" })).toBe("DENY");
  });
});
