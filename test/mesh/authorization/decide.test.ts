import { describe, expect, it } from "vitest";
import { caller, decision, verdict } from "./policies.ts";

const source = (fields: string): string => `{rules: [{from: [{source: {${fields}}}]}]}`;
const operation = (fields: string): string => `{rules: [{to: [{operation: {${fields}}}]}]}`;
const when = (fields: string): string => `{rules: [{when: [{${fields}}]}]}`;

describe("order and defaults", () => {
  it("allows everything where no ALLOW policy is", () => {
    expect(decision([])).toEqual({ verdict: "ALLOW", by: null });
    expect(verdict(["{action: AUDIT, rules: [{}]}"])).toBe("ALLOW");
    expect(verdict(["{action: DENY}"])).toBe("ALLOW");
  });
  it("denies what no ALLOW rule matches, and names the policies", () => {
    const answer = decision(["{}", operation("paths: [/other]")]);
    expect(answer).toMatchObject({ verdict: "DENY", cause: "no-allow-rule" });
    expect(answer.verdict === "DENY" && "considered" in answer && answer.considered).toHaveLength(2);
  });
  it("takes DENY before ALLOW", () => {
    const answer = decision([
      "{rules: [{}]}",
      "{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}",
    ]);
    expect(answer).toMatchObject({ verdict: "DENY", cause: "deny-rule", by: { rule: 0 } });
  });
  it("needs one complete rule: halves do not add up", () => {
    const halves = [
      `{rules: [{from: [{source: {namespaces: [team-alpha-1]}}], to: [{operation: {methods: [POST]}}]}]}`,
      `{rules: [{from: [{source: {namespaces: [other]}}], to: [{operation: {methods: [GET]}}]}]}`,
    ];
    expect(verdict(halves)).toBe("DENY");
  });
  it("leaves dry-run policies out", () => {
    expect(verdict(["dry {rules: [{to: [{operation: {paths: [/ok]}}]}]}"])).toBe("ALLOW");
    expect(verdict(["dry {action: DENY, rules: [{}]}"])).toBe("ALLOW");
    expect(verdict(["{}", "dry {rules: [{}]}"])).toBe("DENY");
  });
  it("skips null rules and rules with an unknown key", () => {
    expect(verdict(["{rules: [null]}"])).toBe("DENY");
    expect(verdict([when("key: no.such, values: [x]")])).toBe("DENY");
    expect(verdict([`{action: DENY, rules: [{when: [{key: no.such, values: [x]}]}]}`])).toBe("ALLOW");
  });
  it("reads empty parts as no constraint", () => {
    for (const rule of [
      "{from: []}",
      "{from: [{}]}",
      "{from: [{source: {}}]}",
      "{to: [{}]}",
      "{to: [{operation: {}}]}",
    ]) {
      expect(verdict([`{rules: [${rule}]}`]), rule).toBe("ALLOW");
    }
    expect(verdict([when("key: source.namespace")])).toBe("ALLOW");
  });
});

describe("CUSTOM", () => {
  const custom = "{action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: [/x]}}]}]}";
  const known = () => "grpc" as const;
  it("depends on its provider where a rule matches", () => {
    expect(decision([custom], { path: "/x" }, {}, known)).toMatchObject({
      verdict: "UNCERTAIN",
      needs: 'the answer of provider "opa"',
    });
    expect(verdict([custom], { path: "/y" }, {}, known)).toBe("ALLOW");
    expect(decision([custom], { path: "/x" }, {}, () => "unknown")).toMatchObject({
      needs: `the answer of provider "opa", and the mesh's extensionProviders`,
    });
  });
  it("denies with a provider that the mesh does not have", () => {
    expect(decision([custom], { path: "/x" })).toMatchObject({ verdict: "DENY", cause: "provider" });
  });
  it("denies with two providers on one workload", () => {
    const other = "{action: CUSTOM, provider: {name: other}, rules: [{to: [{operation: {paths: [/z]}}]}]}";
    expect(verdict([custom, other], { path: "/x" }, {}, known)).toBe("DENY");
    expect(verdict([custom, other], { path: "/y" }, {}, known)).toBe("ALLOW");
  });
  it("is certain where other rules refuse anyway", () => {
    expect(verdict([custom, "{}"], { path: "/x" }, {}, known)).toBe("DENY");
    expect(verdict([custom, "{action: DENY, rules: [{}]}"], { path: "/x" }, {}, known)).toBe("DENY");
  });
  it("skips an HTTP provider on a TCP port", () => {
    const all = "{action: CUSTOM, provider: {name: opa}, rules: [{}]}";
    expect(verdict([all], { protocol: "tcp" }, {}, () => "http")).toBe("ALLOW");
    expect(verdict([all], { protocol: "tcp" }, {}, known)).toBe("UNCERTAIN");
  });
  it("denies with two providers on a TCP port as well, whatever they speak", () => {
    const all = "{action: CUSTOM, provider: {name: opa}, rules: [{}]}";
    const other = "{action: CUSTOM, provider: {name: other}, rules: [{to: [{operation: {ports: ['1']}}]}]}";
    expect(verdict([all, other], { protocol: "tcp" }, {}, () => "http")).toBe("DENY");
  });
  it("is uncertain where the rule itself is", () => {
    const rule =
      "{action: CUSTOM, provider: {name: opa}, rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}";
    expect(decision([rule], {}, {}, known)).toMatchObject({
      verdict: "UNCERTAIN",
      needs: "the address of the caller",
    });
    expect(verdict([rule])).toBe("UNCERTAIN");
  });
});

describe("sources", () => {
  it.each([
    ["namespaces: [team-alpha-1]", "team-alpha-1", "ALLOW"],
    ["namespaces: [team-alpha]", "team-alpha-1", "DENY"],
    ["namespaces: ['team-alpha*']", "team-alphabet", "ALLOW"],
    ["namespaces: ['*-1']", "team-alpha-1", "ALLOW"],
    ["namespaces: ['*-1']", "team-alpha-2", "DENY"],
    ["namespaces: ['team-*-1']", "team-alpha-1", "ALLOW"],
    ["namespaces: ['*']", "x", "ALLOW"],
    ["principals: ['*']", "x", "ALLOW"],
    ["principals: [cluster.local/ns/x/sa/default]", "x", "ALLOW"],
    ["principals: [spiffe://cluster.local/ns/x/sa/default]", "x", "DENY"],
    ["principals: ['*/sa/default']", "x", "ALLOW"],
    ["principals: ['cluster.local/ns/x/*']", "x", "ALLOW"],
    ["principals: ['cluster.local/ns/*/sa/default']", "x", "DENY"],
    ["serviceAccounts: [default]", "team-bravo-1", "ALLOW"],
    ["serviceAccounts: [default]", "x", "DENY"],
    ["serviceAccounts: [x/default]", "x", "ALLOW"],
    ["serviceAccounts: [x/def]", "x", "DENY"],
    ["trustDomains: [cluster.local]", "x", "ALLOW"],
    ["trustDomains: ['*.local']", "x", "ALLOW"],
    ["trustDomains: [cluster]", "x", "DENY"],
    ["notNamespaces: [x]", "x", "DENY"],
    ["notNamespaces: [x]", "y", "ALLOW"],
    ["namespaces: ['<your-namespace>']", "x", "UNCERTAIN"],
    ["namespaces: [a, x], notPrincipals: ['*/sa/default']", "x", "DENY"],
    ["namespaces: [a, x], notPrincipals: ['*/sa/other']", "x", "ALLOW"],
  ])("%s, caller of %s: %s", (fields, namespace, expected) => {
    expect(verdict([source(fields)], { peer: caller(namespace) })).toBe(expected);
    const negative = expected === "ALLOW" ? "DENY" : expected === "DENY" ? "ALLOW" : expected;
    expect(verdict([`{action: DENY, ${source(fields).slice(1)}`], { peer: caller(namespace) })).toBe(
      negative,
    );
  });
  it("knows nobody without a certificate", () => {
    for (const field of [
      "namespaces: ['*']",
      "principals: ['*']",
      "serviceAccounts: [x]",
      "trustDomains: ['*']",
    ]) {
      expect(verdict([source(field)], { peer: null }), field).toBe("DENY");
    }
    expect(verdict([source("notNamespaces: [x]")], { peer: null })).toBe("ALLOW");
    expect(
      verdict(["{action: DENY, rules: [{from: [{source: {notPrincipals: ['*']}}]}]}"], { peer: null }),
    ).toBe("DENY");
  });
  it("replaces cluster.local by the trust domains of the mesh", () => {
    const settings = { trustDomains: ["new.td", "old.td"] as const };
    const rule = source("principals: [cluster.local/ns/x/sa/default]");
    expect(verdict([rule], { peer: caller("x", "new.td") }, settings)).toBe("ALLOW");
    expect(verdict([rule], { peer: caller("x", "old.td") }, settings)).toBe("ALLOW");
    expect(verdict([rule], { peer: caller("x", "cluster.local") }, settings)).toBe("DENY");
    expect(
      verdict([source("principals: ['cluster.local/ns/x/*']")], { peer: caller("x", "new.td") }, settings),
    ).toBe("DENY");
    expect(
      verdict([source("principals: ['cluster.local/ns/x/sa/*']")], { peer: caller("x", "new.td") }, settings),
    ).toBe("ALLOW");
    expect(
      verdict([source("principals: ['*.td/ns/x/sa/default']")], { peer: caller("x", "old.td") }, settings),
    ).toBe("ALLOW");
    expect(
      verdict([source("principals: [other/ns/x/sa/default]")], { peer: caller("x", "other") }, settings),
    ).toBe("ALLOW");
    expect(
      verdict(
        [when("key: source.principal, values: [cluster.local/ns/x/sa/default]")],
        { peer: caller("x", "old.td") },
        settings,
      ),
    ).toBe("ALLOW");
  });
  it("does not guess what older versions make of newer fields and of special characters", () => {
    expect(verdict([source("serviceAccounts: [x/default]")], {}, { serviceAccounts: "unknown" })).toBe(
      "UNCERTAIN",
    );
    expect(verdict([source("trustDomains: [x]")], {}, { trustDomainsField: "unknown" })).toBe("UNCERTAIN");
    const older = { quoted: false };
    expect(verdict([source("namespaces: [team.alpha]")], { peer: caller("team-alpha") }, older)).toBe(
      "UNCERTAIN",
    );
    expect(verdict([source("namespaces: ['team-(a|b)']")], { peer: caller("team-a") }, older)).toBe(
      "UNCERTAIN",
    );
    expect(verdict([source("namespaces: ['team-*']")], { peer: caller("team-a") }, older)).toBe("ALLOW");
    expect(verdict([source("principals: ['*.local/ns/x/sa/default']")], { peer: caller("x") }, older)).toBe(
      "ALLOW",
    );
    expect(verdict([source("principals: ['*/sa/a']")], { peer: caller("x") }, older)).toBe("DENY");
  });
  it("is sure of what a dot in an older version's pattern cannot match", () => {
    const older = { quoted: false };
    const told = (fields: string, namespace: string): string =>
      verdict([source(fields)], { peer: caller(namespace) }, older);
    expect(told("principals: ['*.local/ns/x/sa/default']", "y")).toBe("DENY");
    expect(told("principals: ['*.locale/ns/x/sa/default']", "x")).toBe("DENY");
    expect(told("principals: ['*r.local/ns/x/sa/default']", "x")).toBe("ALLOW");
    expect(told("principals: ['*r.l.cal/ns/x/sa/default']", "x")).toBe("UNCERTAIN");
    expect(told("namespaces: [team.alpha]", "teamalpha")).toBe("DENY");
    expect(told("namespaces: [team.alpha]", "team-alpha-1")).toBe("DENY");
    expect(told("namespaces: ['t.*-.*1']", "team-1")).toBe("DENY");
    expect(told("namespaces: ['t.*-.*1']", "team-bc1")).toBe("UNCERTAIN");
  });
  it("compares addresses", () => {
    const inside = source("ipBlocks: [10.1.0.0/16, 'fd00::/8']");
    expect(verdict([inside], { sourceIp: "10.1.2.3" })).toBe("ALLOW");
    expect(verdict([inside], { sourceIp: "10.2.2.3" })).toBe("DENY");
    expect(verdict([inside], { sourceIp: "fd00::1" })).toBe("ALLOW");
    expect(verdict([inside])).toBe("UNCERTAIN");
    expect(
      verdict([source("remoteIpBlocks: [192.0.2.7]")], { sourceIp: "192.0.2.7", remoteIp: "192.0.2.8" }),
    ).toBe("DENY");
    expect(verdict([source("notRemoteIpBlocks: [192.0.2.7]")], { remoteIp: "192.0.2.8" })).toBe("ALLOW");
  });
  it("reads tokens", () => {
    const claims = {
      iss: "https://i.example/a",
      sub: "sue",
      aud: ["x", "web"],
      azp: "p",
      realm: { roles: ["dev"] },
    };
    const principal = (value: string): string =>
      verdict([source(`requestPrincipals: ['${value}']`)], { claims });
    expect(
      [
        "*",
        "https://i.example/a/sue",
        "https://i.example/a/*",
        "*/sue",
        "*example/a/sue",
        "https://i.example/a/s*",
        "*e",
      ].map(principal),
    ).toEqual(Array.from({ length: 7 }, () => "ALLOW"));
    expect(["https://i.example/a", "sue", "https://i*", "x*"].map(principal)).toEqual([
      "DENY",
      "DENY",
      "DENY",
      "DENY",
    ]);
    expect(verdict([source("requestPrincipals: ['*']")])).toBe("DENY");
    expect(
      verdict([source("requestPrincipals: ['issuer*']")], { claims: { iss: "issuer-1", sub: "s" } }),
    ).toBe("ALLOW");
    expect(verdict([when("key: request.auth.audiences, values: [web]")], { claims })).toBe("ALLOW");
    expect(verdict([when("key: request.auth.presenter, values: [q]")], { claims })).toBe("DENY");
    expect(verdict([when("key: 'request.auth.claims[realm][roles]', values: ['de*']")], { claims })).toBe(
      "ALLOW",
    );
    expect(verdict([when("key: 'request.auth.claims[realm][none]', notValues: [x]")], { claims })).toBe(
      "ALLOW",
    );
    expect(verdict([when("key: request.auth.principal, values: ['*']")], { claims })).toBe("ALLOW");
  });
});

describe("operations", () => {
  it.each([
    ["hosts: [orders.team-bravo-1]", { host: "ORDERS.team-bravo-1" }, "ALLOW"],
    ["hosts: [orders.team-bravo-1]", { host: "orders.team-bravo-1:80" }, "DENY"],
    ["hosts: ['orders.team-bravo-1:*']", { host: "orders.team-bravo-1:80" }, "ALLOW"],
    ["hosts: ['*.team-bravo-1']", { host: "team-bravo-1" }, "DENY"],
    ["hosts: ['*.team-bravo-1']", { host: undefined }, "DENY"],
    ["hosts: ['*']", { host: undefined }, "ALLOW"],
    ["hosts: ['10.*']", { host: undefined }, "UNCERTAIN"],
    ["methods: [get]", {}, "DENY"],
    ["methods: [GET]", {}, "ALLOW"],
    ["methods: ['*']", {}, "ALLOW"],
    ["notMethods: [GET]", {}, "DENY"],
    ["paths: ['/a/*']", { path: "/a" }, "DENY"],
    ["paths: ['/a*']", { path: "/ab" }, "ALLOW"],
    ["paths: ['*/b']", { path: "/a/b?c=/d" }, "ALLOW"],
    ["paths: ['/a/*/b']", { path: "/a/x/b" }, "DENY"],
    ["ports: ['8080']", {}, "ALLOW"],
    ["notPorts: ['8080']", {}, "DENY"],
  ])("%s for %j: %s", (fields, changes, expected) => {
    expect(verdict([operation(fields)], changes)).toBe(expected);
  });
  it.each([
    ["/a/{**}", "/a/", "ALLOW"],
    ["/a/{**}", "/a/b/c", "ALLOW"],
    ["/a/{**}", "/a", "DENY"],
    ["/x/{*}/y", "/x/1/y", "ALLOW"],
    ["/x/{*}/y", "/x//y", "DENY"],
    ["/x/{*}", "/x/1/2", "DENY"],
    ["/store/{**}/cart", "/store/a/b/cart", "ALLOW"],
    ["/store/{**}/cart", "/store/cart", "DENY"],
    ["/x/{*}", "/x/a?b=/c", "ALLOW"],
    ["/x/{*}", "/x/ü", "UNCERTAIN"],
  ])("template %s with %s: %s", (template, path, expected) => {
    expect(verdict([operation(`paths: ['${template}']`)], { path })).toBe(expected);
  });
  it("reads templates as literals before Istio 1.22", () => {
    expect(verdict([operation("paths: ['/x/{*}']")], { path: "/x/1" }, { pathTemplates: "no" })).toBe("DENY");
    expect(verdict([operation("paths: ['/x/{*}']")], { path: "/x/1" }, { pathTemplates: "unknown" })).toBe(
      "UNCERTAIN",
    );
  });
});

describe("conditions", () => {
  it.each([
    ["key: 'request.headers[X-Tenant]', values: [alpha]", { headers: { "x-tenant": "alpha" } }, "ALLOW"],
    ["key: 'request.headers[x-tenant]', values: [alpha]", { headers: { "x-tenant": "Alpha" } }, "DENY"],
    ["key: 'request.headers[x-tenant]', values: [alpha]", {}, "DENY"],
    ["key: 'request.headers[x-tenant]', notValues: [alpha]", {}, "ALLOW"],
    ["key: 'request.headers[x-tenant]', notValues: ['*']", { headers: { "x-tenant": "" } }, "DENY"],
    ["key: 'request.headers[:authority]', values: ['orders*']", {}, "ALLOW"],
    ["key: destination.port, values: ['8080']", {}, "ALLOW"],
    ["key: destination.ip, values: [10.0.0.1]", {}, "UNCERTAIN"],
    ["key: source.ip, values: [10.0.0.1]", { sourceIp: "10.0.0.1" }, "ALLOW"],
    ["key: remote.ip, notValues: [10.0.0.1]", { remoteIp: "10.0.0.1" }, "DENY"],
    ["key: source.namespace, values: ['team-*']", {}, "ALLOW"],
    ["key: source.namespace, notValues: ['team-*']", {}, "DENY"],
    ["key: connection.sni, values: ['*.svc']", { sni: "outbound_.80_._.a.svc" }, "ALLOW"],
    ["key: connection.sni, values: ['*.svc']", { sni: null }, "DENY"],
    ["key: connection.sni, values: ['*.svc']", {}, "UNCERTAIN"],
    ["key: 'experimental.envoy.filters.a[b]', values: [x]", {}, "UNCERTAIN"],
  ])("%s for %j: %s", (fields, changes, expected) => {
    expect(verdict([when(fields)], changes)).toBe(expected);
  });
});

describe("TCP", () => {
  const tcp = { protocol: "tcp", host: "", method: "", path: "" } as const;
  it("drops an ALLOW rule with an HTTP field as a whole", () => {
    expect(verdict([operation("methods: [GET], ports: ['8080']")], tcp)).toBe("DENY");
    expect(verdict([operation("notPaths: [/x]")], tcp)).toBe("DENY");
    expect(verdict([source("requestPrincipals: ['*']")], tcp)).toBe("DENY");
    expect(verdict([when("key: 'request.headers[x]', values: [y]")], tcp)).toBe("DENY");
    expect(verdict([operation("ports: ['8080']")], tcp)).toBe("ALLOW");
  });
  it("widens a DENY rule by the HTTP fields", () => {
    expect(verdict([`{action: DENY, ${operation("methods: [DELETE]").slice(1)}`], tcp)).toBe("DENY");
    expect(verdict([`{action: DENY, ${operation("methods: [DELETE], ports: ['9090']").slice(1)}`], tcp)).toBe(
      "ALLOW",
    );
    expect(verdict([`{action: DENY, ${source("requestPrincipals: ['x']").slice(1)}`], tcp)).toBe("DENY");
    expect(
      verdict([`{action: DENY, ${when("key: 'request.headers[x]', notValues: [y]").slice(1)}`], tcp),
    ).toBe("DENY");
  });
});
