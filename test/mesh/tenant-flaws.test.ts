import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allowsNothing, hasEmptyRule } from "../../src/mesh/authorization/compile.ts";
import { drainAccess } from "../../src/mesh/drain-access.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { drifts } from "../../src/mesh/namespace-drift.ts";
import { chartFits, lackingGateway } from "../../src/mesh/older-chart.ts";
import { wrongClaims } from "../../src/mesh/tenant-claims.ts";
import { strangeHosts, strangeLists } from "../../src/mesh/tenant-domains.ts";
import { concernsTenants, ownTenantPolicies, tenantGroups } from "../../src/mesh/tenant-groups.ts";
import { blankValues, mayOvermatch, overmatches } from "../../src/mesh/tenant-hosts.ts";
import { trespasses } from "../../src/mesh/tenant-trespass.ts";
import { parseVersion } from "../../src/model/version.ts";
import { repository } from "../shared.ts";
import { graphOf, only } from "../support/graph.ts";

const read = (file: string): string => readFileSync(join(repository, "fixtures/platform", file), "utf8");
const files = ["30-authz-system.yaml", "31-authz-team-alpha.yaml", "32-authz-team-bravo.yaml"];
const platform = (change: (text: string, file: string) => string) =>
  graphOf(Object.fromEntries(files.map((file) => [file, change(read(file), file)])));
const whole = platform((text) => text);
const policy = (spec: string, namespace = "knative-serving"): string =>
  `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
const hostRule = (hosts: string, source = "svc"): string =>
  `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: allow-shop-to-activator, namespace: knative-serving}, spec: {selector: {matchLabels: {app: activator}}, rules: [{from: [{source: {namespaces: [${source}]}}], to: [{operation: {hosts: [${hosts}]}}]}]}}\n---\n`;

test("policies of tenants are those beside Knative's components and in their own namespaces", () => {
  const [group] = tenantGroups(whole);
  const names = ["knative-serving", "knative-eventing", group?.namespaces[0] ?? "", "elsewhere"];
  expect(names.map((name) => concernsTenants(whole, name))).toEqual([true, true, true, false]);
  expect(ownTenantPolicies(whole).length).toBeGreaterThan(10);
});

describe("hosts that cover more than a tenant's", () => {
  test.each([
    ['"*.svc"', ["svc"]],
    ['"*.local", "*.local"', ["local"]],
    ['"*.com"', ["com"]],
    ['"*.shop"', []],
  ])("%s", (hosts, wanted) => {
    const graph = graphOf(hostRule(hosts), { profile: "ingressDomain=apps.example.com" });
    const found = overmatches(graph, only(graph, kinds.AuthorizationPolicy, "allow-shop-to-activator"));
    expect(found.map(({ namespace }) => namespace)).toEqual(wanted);
  });

  test.each([
    ['"*.com"', true],
    ['"*.shop"', false],
  ])("%s may do so where the domain of the Routes is not known: %s", (hosts, wanted) => {
    const graph = graphOf(hostRule(hosts));
    const found = only(graph, kinds.AuthorizationPolicy, "allow-shop-to-activator");
    expect(mayOvermatch(graph, found)).toBe(wanted);
  });

  test("a blank in a value is a slip; nothing but blanks is something else", () => {
    const graph = graphOf(policy('{rules: [{from: [{source: {namespaces: ["a b", " ", c]}}]}]}'));
    const found = blankValues(only(graph, kinds.AuthorizationPolicy, "p"));
    expect(found.map(({ text }) => text)).toEqual(["a b"]);
  });
});

describe("domains that are not the mesh's", () => {
  const principals = '["other/ns/a/sa/b", "*", "other/ns/c/sa/d", "cluster.local/ns/a/sa/b"]';
  const graph = graphOf(
    policy(
      `{rules: [{from: [{source: {principals: ${principals}}}], to: [{operation: {hosts: ["*.a.svc.one.local"]}}]}]}`,
    ),
  );
  const found = only(graph, kinds.AuthorizationPolicy, "p");
  test("principals by their list, with what is right", () => {
    const lists = strangeLists(found, ["cluster.local"]);
    expect(lists.map((list) => list.map(({ right }) => right))).toEqual([
      ["cluster.local/ns/a/sa/b", "cluster.local/ns/c/sa/d"],
    ]);
    expect(strangeLists(found, ["other"]).map(([{ holds }]) => holds)).toEqual([true]);
  });
  test("hosts, with what is right", () => {
    expect(strangeHosts(found, "cluster.local").map(({ right }) => right)).toEqual(["*.a.svc.cluster.local"]);
    expect(strangeHosts(found, "one.local")).toEqual([]);
  });
});

test("claims on the platform's namespaces and on those of another tenant", () => {
  const tenants = [
    { name: "one", namespaces: ["shop", "kube-system"] },
    { name: "two", namespaces: ["shop"] },
  ];
  const graph = graphOf(hostRule('"*.shop"', "shop"), { tenants });
  const said = wrongClaims(graph).map(({ namespace, tenant, first }) => [namespace, tenant, first]);
  expect(said).toEqual([
    ["kube-system", "one", null],
    ["shop", "two", "one"],
  ]);
  expect(wrongClaims(whole)).toEqual([]);
  expect(wrongClaims(graphOf("", { tenants }))).toEqual([]);
});

test("a tenant's policy that names another tenant's hosts trespasses", () => {
  expect(ownTenantPolicies(whole).flatMap((one) => trespasses(whole, one))).toEqual([]);
  const [alpha, bravo] = tenantGroups(whole);
  const [mine = "", theirs = ""] = [alpha?.namespaces[0], bravo?.namespaces[0]];
  const graph = platform((text, file) =>
    file.includes("alpha")
      ? text.replace(`- "*.${mine}"`, `- "*.${mine}"\n              - "*.${theirs}"`)
      : text,
  );
  const found = ownTenantPolicies(graph).flatMap((one) => trespasses(graph, one));
  expect(found.map(({ tenant, reaches }) => [tenant, reaches?.namespace])).toEqual([[alpha?.name, theirs]]);
});

test("the platform's policies agree about the tenants' namespaces", () => {
  expect(tenantGroups(whole).flatMap((group) => drifts(whole, group))).toEqual([]);
});

test.each([
  ["1.32.1", "1.32", true],
  ["1.31.0", "1.32", false],
  ["1.36.0", "1.35", true],
  ["1.36.0", "1.34", false],
  ["main", "1.32", true],
])("chart %s is for Serverless %s: %s", (chart, serverless, wanted) => {
  const version = parseVersion(serverless);
  if (version === null) throw new Error(serverless);
  expect(chartFits(chart, version)).toBe(wanted);
});

test("policies of a chart that knew no gateway in knative-serving-ingress", () => {
  const gateway =
    "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: knative-ingress-gateway, namespace: knative-serving}, spec: {selector: {knative: ingressgateway}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*']}]}}\n---\n" +
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: gateway, namespace: knative-serving-ingress}, spec: {template: {metadata: {labels: {knative: ingressgateway}, annotations: {inject.istio.io/templates: gateway}}, spec: {containers: [{name: istio-proxy}]}}}}\n";
  const older = (text: string) => text.replace(/^ *- "?knative-serving-ingress"?\n/gm, "");
  const texts = Object.fromEntries(files.map((file) => [file, older(read(file))]));
  const graph = graphOf({ ...texts, "gateway.yaml": gateway });
  expect(tenantGroups(graph).map((group) => lackingGateway(graph, group)?.kind)).toEqual(
    tenantGroups(graph).map(() => kinds.AuthorizationPolicy),
  );
  for (const group of tenantGroups(whole)) expect(lackingGateway(whole, group)).toBeNull();
});

describe("the hook that ends pods", () => {
  const smcp = (spec: string): string =>
    `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [knative-serving, shop]}}\n---\n`;
  test.each([
    ["no mesh at hand", "", "open"],
    [
      "an excluded port",
      smcp(
        "{version: v2.4, security: {dataPlane: {mtls: true}}, proxy: {networking: {trafficControl: {inbound: {excludedPorts: [8022]}}}}}",
      ),
      "open",
    ],
    ["strict mutual TLS", smcp("{version: v2.4, security: {dataPlane: {mtls: true}}}"), "strict"],
    ["no strict mutual TLS", smcp("{version: v2.4, security: {dataPlane: {mtls: false}}}"), "plain"],
  ])("%s", (_name, text, wanted) => {
    expect(drainAccess(graphOf(text), "shop")).toBe(wanted);
  });
});

test.each([
  ["{}", true, false],
  ["{rules: []}", true, false],
  ["{action: DENY}", false, false],
  ["{rules: [{}]}", false, true],
  ["{rules: [{to: []}]}", false, false],
])("%s allows nothing: %s, has an empty rule: %s", (spec, nothing, everything) => {
  const found = only(graphOf(policy(spec)), kinds.AuthorizationPolicy, "p");
  expect([allowsNothing(found), hasEmptyRule(found)]).toEqual([nothing, everything]);
});
