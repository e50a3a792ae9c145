import { assert, property, stringMatching, uniqueArray } from "fast-check";
import { describe, expect, test } from "vitest";
import { renderTenant, tenantPolicies, type TenantRequest } from "../../src/generate/tenant-policies.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import { valueAt } from "../../src/model/value.ts";
import { lintMemory } from "../support/lint.ts";
import { profileOf } from "./profile.ts";

function request(more: Partial<TenantRequest> = {}, profile = "serverless=1.32,mesh=2.4"): TenantRequest {
  return {
    name: "team-alpha",
    namespaces: ["team-alpha-1", "team-alpha-2"],
    gatewayNamespaces: ["istio-system"],
    profile: profileOf(profile),
    serving: true,
    eventing: true,
    ...more,
  };
}

function names(more: Partial<TenantRequest> = {}, profile?: string): readonly string[] {
  return tenantPolicies(request(more, profile)).map(({ namespace, name }) => `${namespace}/${name}`);
}

function callers(profile: string, gatewayNamespaces: readonly string[]): unknown {
  const [first] = tenantPolicies(request({ gatewayNamespaces, namespaces: ["a"] }, profile));
  return valueAt(first?.spec, ["rules", 0, "from", 0, "source", "namespaces"]);
}

describe("versions", () => {
  test.each([
    ["serverless=1.31,mesh=2.4", 12],
    ["serverless=1.34,mesh=2.6", 12],
    ["serverless=1.35,mesh=2.6", 12],
    ["serverless=1.36,mesh=2.6", 13],
    ["serverless=1.38,mesh=3", 13],
  ])("%s has %d policies for two projects, and they are clean", (profile, count) => {
    expect(names({}, profile)).toHaveLength(count);
    const report = lintMemory([{ path: "alpha.yaml", text: renderTenant(request({}, profile)) }], {
      // A preview in that version is no flaw of the policies.
      skip: ["operator/tech-preview-feature"],
      profile: Object.fromEntries(profile.split(",").map((pair) => pair.split("="))),
    });
    expect(report.crashes).toEqual([]);
    expect(report.findings.map(({ rule, message }) => `${rule} ${message}`)).toEqual([]);
  });

  test("from 1.35 on calls come from knative-serving-ingress as well", () => {
    expect(callers("serverless=1.34", ["istio-system"])).toEqual(["a", "knative-serving", "istio-system"]);
    expect(callers("serverless=1.35", ["istio-system"])).toEqual([
      "a",
      "knative-serving",
      "knative-serving-ingress",
      "istio-system",
    ]);
    const mesh3 = callers("serverless=1.38,mesh=3", ["knative-serving-ingress"]);
    expect(mesh3).toEqual(["a", "knative-serving", "knative-serving-ingress"]);
  });

  test("Service Mesh 3 has v1, and domains follow the profile", () => {
    expect(
      new Set(tenantPolicies(request({}, "serverless=1.38,mesh=3")).map((made) => made.apiVersion)),
    ).toEqual(new Set(["security.istio.io/v1"]));
    const text = renderTenant(
      request({}, "serverless=1.32,clusterDomain=corp.example,trustDomain=td.example"),
    );
    expect(text).toContain('"*.team-alpha-1.svc.corp.example"');
    expect(text).toContain("td.example/ns/knative-eventing/sa/imc-dispatcher");
    expect(text).not.toContain("cluster.local");
  });
});

test("parts of Knative", () => {
  expect(names({ eventing: false })).toEqual([
    "team-alpha-1/allow-from-knative-and-istio",
    "team-alpha-1/allow-wait-for-drain",
    "team-alpha-2/allow-from-knative-and-istio",
    "team-alpha-2/allow-wait-for-drain",
    "knative-serving/allow-team-alpha-to-activator",
  ]);
  expect(renderTenant(request({ eventing: false }))).not.toContain("Kn-Namespace");
  const eventing = names({ serving: false });
  expect(eventing).not.toContain("team-alpha-1/allow-wait-for-drain");
  expect(eventing).toContain("knative-eventing/allow-team-alpha-to-imc");
  for (const { spec } of tenantPolicies(request({ serving: false }))) {
    expect(valueAt(spec, ["rules", 0])).toBeDefined();
  }
});

test("a project that is named twice is one", () => {
  expect(names({ namespaces: ["a", "a"] })).toHaveLength(10);
});

test.each([
  [{ name: "Team" }, 'tenant: "Team" is no name'],
  [{ name: "a.b" }, "lower-case letters, digits and -"],
  [{ name: "" }, "is no name"],
  [{ name: "a\nkind: Secret" }, 'tenant: "a\\nkind: Secret" is no name'],
  [{ name: "traffic" }, "allow-traffic-to-activator is a policy of the platform"],
  [{ namespaces: [] }, "tenant team-alpha has no namespace"],
  [{ namespaces: ["*"] }, '--namespace: "*" is no name'],
  [{ namespaces: ["-a"] }, "is no name"],
  [{ namespaces: ["a".repeat(64)] }, "is no name"],
  [{ namespaces: ["a b"] }, "several names go into options of their own"],
  [{ namespaces: ["knative-serving"] }, "knative-serving is the platform's, and no project"],
  [{ namespaces: ["gateways"], gatewayNamespaces: ["gateways"] }, "gateways is the platform's"],
  [{ namespaces: ["openshift-monitoring"] }, "can be no member of the mesh"],
  [{ namespaces: ["svc"] }, "hosts *.svc, which covers other namespaces' hosts as well"],
  [{ namespaces: ["local"] }, "hosts *.local"],
  [{ gatewayNamespaces: ["a: b"] }, '--gateway-namespace: "a: b" is no name'],
] as const)("%j is refused", (more, message) => {
  expect(() => tenantPolicies(request(more))).toThrow(message);
});

test("so are versions without tenants and domains that are none", () => {
  expect(() => renderTenant(request({}, "serverless=1.30"))).toThrow("documented from Serverless 1.31 on");
  expect(() => renderTenant(request({}, 'serverless=1.32,clusterDomain=a"b'))).toThrow("is no domain name");
  expect(() => renderTenant(request({ namespaces: ["com"] }, "ingressDomain=apps.example.com"))).toThrow(
    "*.com",
  );
});

test("every name that is taken comes back out of the YAML as it went in", () => {
  const name = stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/);
  const taken = /^(?:svc|local|kube|openshift)$|^(?:kube|openshift|ibm)-/;
  assert(
    property(name, uniqueArray(name, { minLength: 1, maxLength: 3 }), (tenant, namespaces) => {
      if (tenant === "traffic" || namespaces.some((each) => taken.test(each))) return;
      const policies = tenantPolicies(request({ name: tenant, namespaces }));
      const text = renderTenant(request({ name: tenant, namespaces }));
      const read = parseDocuments({ path: "a.yaml", text }).flatMap((document) => toResources(document));
      expect(read.map((resource) => resource.value)).toEqual(
        policies.map((made) => ({
          apiVersion: made.apiVersion,
          kind: "AuthorizationPolicy",
          metadata: { name: made.name, namespace: made.namespace },
          spec: made.spec,
        })),
      );
    }),
    {
      numRuns: 200,
      examples: [
        ["no", ["on", "1e3", "0x1f"]],
        ["123", ["null", "y", "0o7"]],
      ],
    },
  );
});
