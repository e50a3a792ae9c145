import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { matrixJson, matrixMarkdown, matrixText } from "../../src/report/matrix.ts";
import { casesJson, casesText, reachJson, reachText } from "../../src/report/reach.ts";
import { isolation } from "../../src/simulate/isolation.ts";
import { readCases, runCases } from "../../src/simulate/cases.ts";
import { matrix } from "../../src/simulate/matrix.ts";
import { reach } from "../../src/simulate/reach.ts";
import { graphOf } from "../support/graph.ts";
import { closedTo, twoTenants } from "../support/two-tenants.ts";

const plain = createColors(false);

const manifests = `${twoTenants}---
${closedTo("violet")}---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: refused, namespace: violet}
spec: {action: DENY}
`;
const tenants = [
  { name: "orange", namespaces: ["orange"] },
  { name: "violet", namespaces: ["violet"] },
];
const graph = graphOf({ "mesh.yaml": manifests }, { tenants });

describe("reach", () => {
  it("tells a person what happens, where it is decided, and what would change it", () => {
    expect(reachText(reach(graph, "orange", "violet/api"), plain)).toBe(`orange calls violet/api
GET http://api.violet.svc.cluster.local/

DENY 403 RBAC: access denied
no ALLOW rule matches orange/default for GET api.violet.svc.cluster.local/ (AuthorizationPolicy violet/closed)

  straight to a pod: DENY
    1. the pod of violet/api: DENY
       sees orange/default, Host api.violet.svc.cluster.local, port 8080
       no ALLOW rule matches orange/default for GET api.violet.svc.cluster.local/ (AuthorizationPolicy violet/closed)
       mesh.yaml:29: AuthorizationPolicy violet/closed

For another outcome: an ALLOW rule for the pod of violet/api that matches orange/default for GET api.violet.svc.cluster.local/
note: AuthorizationPolicy violet/refused is left out: the cluster refuses it (DENY needs rules)
`);
  });

  it("says how a connection ends that has no status", () => {
    const text = reachText(reach(graph, "orange", "violet/api", { noSidecar: true }), plain);
    expect(text).toContain("MTLS_REQUIRED the connection is closed");
    expect(reachText(reach(graph, "elsewhere", "violet/api"), plain)).toContain("DENY");
  });

  it("is JSON for machines", () => {
    const json: unknown = JSON.parse(reachJson(reach(graph, "violet", "violet/api", { path: "/x" })));
    expect(json).toMatchObject({
      version: 1,
      verdict: "ALLOW",
      status: 200,
      request: { path: "/x" },
      hops: [
        {
          peer: "spiffe://cluster.local/ns/violet/sa/default",
          by: { line: 30, policy: "AuthorizationPolicy violet/closed" },
        },
      ],
      remedy: null,
    });
  });

  it("lets no name of a manifest move a cursor", () => {
    const { answer, ...rest } = reach(graph, "violet", "violet/api");
    const evil = { ...rest, from: "a\u001b[2Jb", answer: { ...answer, because: "x\u001b[31m" } };
    expect(reachText(evil, plain)).not.toContain("\u001b");
    expect(reachJson(evil)).not.toContain("\u001b");
  });
});

describe("cases", () => {
  const list = [
    {
      name: "inside",
      from: { namespace: "violet" },
      to: { namespace: "violet", workload: "api", port: 8080 },
      expect: "ALLOW",
    },
    {
      name: "outside",
      from: { namespace: "orange" },
      to: { namespace: "violet", workload: "api", port: 8080 },
      expect: "ALLOW",
    },
    {
      name: "open question",
      from: { namespace: "orange" },
      to: { namespace: "violet", workload: "api", port: 8080 },
    },
  ];
  const results = runCases(graph, readCases({ cases: list } as never, "cases.yaml"));

  it("show those that differ, with the place that decides", () => {
    expect(casesText(results, plain)).toBe(`ok inside: ALLOW
WRONG outside: DENY, expected ALLOW
  no ALLOW rule matches orange/default for GET / (AuthorizationPolicy violet/closed)
  mesh.yaml:29: AuthorizationPolicy violet/closed
ok open question: DENY

3 cases, 2 as expected, 1 not
`);
  });

  it("have the JSON that scripts rely on", () => {
    expect(JSON.parse(casesJson(results))).toMatchObject({
      version: 1,
      cases: [
        { name: "inside", verdict: "ALLOW", expect: "ALLOW", ok: true, status: 200 },
        {
          name: "outside",
          verdict: "DENY",
          expect: "ALLOW",
          ok: false,
          status: 403,
          hops: [{ at: "the pod of violet/api", host: "", port: 8080 }],
        },
        { name: "open question", expect: null, ok: true },
      ],
      summary: { cases: 3, passed: 2, failed: 1 },
    });
  });

  it.each([
    [{}, "has to hold a list"],
    [["x"], "case 1: a case has to be a mapping"],
    [[{ ...list[0], expect: "MAYBE" }], 'case "inside": expect has to be one of'],
    [[{ ...list[0], to: { namespace: "a", workload: "b" } }], "port has to be a number"],
    [[{ ...list[0], from: { namespace: "a", sidecar: "yes" } }], "from.sidecar has to be true or false"],
    [[{ ...list[0], from: { nmespace: "a" } }], "from.nmespace is no field of a case"],
    [[{ ...list[0], request: { host: 1 } }], "host has to be a text"],
    [[{ ...list[0], request: { headers: [] } }], "request.headers has to be a mapping"],
  ])("%j: %s", (value, message) => {
    expect(() => readCases(value as never, "cases.yaml")).toThrow(message);
  });
});

describe("matrix", () => {
  const made = matrix(graph, "tenant");

  it("is a table for terminals", () => {
    expect(matrixText(made, isolation(graph, made), plain)).toBe(`FROM      TO      INTERNAL NAME
orange    orange  -
orange    violet  DENY
violet    orange  -
violet    violet  ALLOW
external  orange  -
external  violet  -

(one way): not by every way; external URLs are the same for all callers

The tenants are isolated: every way by internal names and events refuses.
`);
  });

  it("is a table for Markdown", () => {
    expect(matrixMarkdown(made, null).split("\n").slice(0, 4)).toEqual([
      "| From | To | internal name |",
      "| --- | --- | --- |",
      "| orange | orange | - |",
      "| orange | violet | DENY |",
    ]);
  });

  it("names each way from one tenant to another", () => {
    const open = graphOf(
      { "mesh.yaml": manifests.replace('namespaces: ["violet"]', "namespaces: ['*']") },
      { tenants },
    );
    const leaky = matrix(open, "tenant");
    const found = isolation(open, leaky);
    expect(matrixText(leaky, found, plain)).toContain(`not isolated: orange -> violet by internal names: ALLOW
  orange: GET api.violet.svc.cluster.local/
  rule 1 of AuthorizationPolicy violet/closed allows it
  mesh.yaml:30: AuthorizationPolicy violet/closed
`);
    expect(JSON.parse(matrixJson(leaky, found))).toMatchObject({
      version: 1,
      by: "tenant",
      isolation: {
        checked: true,
        leaks: [{ from: "orange", to: "violet", by: "call", outcome: { verdict: "ALLOW" } }],
      },
    });
    expect(JSON.parse(matrixJson(made, null))).toMatchObject({
      isolation: null,
      callers: ["orange", "violet", "external"],
    });
  });

  it("says when there is nothing to show or to tell apart", () => {
    const empty = graphOf("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
    const text = matrixText(matrix(empty, "namespace"), { checked: false, leaks: [], notes: [] }, plain);
    expect(text).toContain("there are no workloads or services in the set");
    expect(text).toContain("fewer than two tenants are known");
  });
});
