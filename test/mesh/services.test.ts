import { describe, expect, test } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import {
  externalHosts,
  isClusterLocal,
  knativeServices,
  localHosts,
  meantForIstio,
} from "../../src/mesh/services.ts";
import { tenants, tenantsOf } from "../../src/mesh/tenants.ts";
import { graphOf, only } from "../support/graph.ts";
import type { GraphOptions } from "../support/graph.ts";

const ksvc = (metadata = "", namespace: string | null = "shop"): string => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web${namespace === null ? "" : `, namespace: ${namespace}`}${metadata} }
spec: { template: { spec: { containers: [{ image: x }] } } }
---`;
const serving = (spec: string): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: ${spec}
---`;
const roll = `
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: { name: default, namespace: istio-system }
spec: { members: [shop] }
---`;
const web = (text: string, options: GraphOptions = {}) => {
  const graph = graphOf(text, options);
  return { graph, service: only(graph, kinds.KnativeService, "web") };
};

describe("who can reach a Knative Service", () => {
  test.each([
    ["", { state: "value", value: false }],
    [", labels: {networking.knative.dev/visibility: cluster-local}", { state: "value", value: true }],
    [", labels: {serving.knative.dev/visibility: cluster-local}", { state: "value", value: true }],
    [", labels: {networking.knative.dev/visibility: other}", { state: "value", value: false }],
    [", annotations: {networking.knative.dev/visibility: cluster-local}", { state: "value", value: false }],
  ])("%s", (metadata, expected) => {
    expect(isClusterLocal(web(ksvc(metadata)).service)).toEqual(expected);
  });
  test("a variable leaves it open", () => {
    expect(
      isClusterLocal(web(ksvc(', labels: {networking.knative.dev/visibility: "${V}"}')).service).state,
    ).toBe("unknown");
  });
});

describe("whether a service is meant for Istio (D10)", () => {
  const told = (text: string, options: GraphOptions = {}) => {
    const { graph, service } = web(text, options);
    return meantForIstio(graph, service).state;
  };
  const cls = (name: string) => ksvc(`, annotations: {networking.knative.dev/ingress-class: "${name}"}`);
  test.each([
    ["the KnativeServing uses Istio", ksvc() + serving("{ingress: {istio: {enabled: true}}}"), "yes"],
    ["the KnativeServing uses Kourier", ksvc() + serving("{}"), "no"],
    ["it is not known", ksvc() + serving('{ingress: {istio: {enabled: "${X}"}}}') + roll, "unknown"],
    ["without one, a member", ksvc() + roll, "yes"],
    ["without one, no member", ksvc("", "other") + roll, "unknown"],
    ["without one, namespace not known", ksvc("", null) + roll, "unknown"],
    ["its own class", cls("istio.ingress.networking.knative.dev") + serving("{}"), "yes"],
    ["its own other class", cls("kourier.ingress.networking.knative.dev") + roll, "no"],
    ["its own class not known", cls("${C}"), "unknown"],
    [
      "the older spelling",
      ksvc(", annotations: {networking.knative.dev/ingress.class: kourier.ingress.networking.knative.dev}"),
      "no",
    ],
  ])("%s", (_name, text, expected) => {
    expect(told(text)).toBe(expected);
  });
  test("the config names the mesh", () => {
    expect(told(ksvc(), { profile: "mesh=2.4" })).toBe("yes");
    expect(told(ksvc())).toBe("unknown");
  });
});

describe("names of a Knative Service", () => {
  test("inside the cluster", () => {
    const { graph, service } = web(ksvc(), { profile: "clusterDomain=corp.local" });
    expect(localHosts(graph, service)).toEqual(["web.shop", "web.shop.svc", "web.shop.svc.corp.local"]);
    const unnamed = web(ksvc("", null));
    expect(localHosts(unnamed.graph, unnamed.service)).toBeNull();
    const variable = web(ksvc("", '"${NS}"'));
    expect(localHosts(variable.graph, variable.service)).toBeNull();
    expect(knativeServices(graph)).toEqual([service]);
  });
  const outside = (text: string, profile = "ingressDomain=apps.example.com") => {
    const { graph, service } = web(text, { profile });
    return externalHosts(graph, service);
  };
  const config = (maps: string) => serving(`{config: ${maps}}`);
  test.each([
    ["the router's domain", ksvc(), ["web-shop.apps.example.com"]],
    ["namespace not known", ksvc("", null), null],
    [
      "a domain of its own",
      ksvc() + config('{domain: {shop.example.org: ""}}'),
      ["web-shop.shop.example.org"],
    ],
    ["the example is none", ksvc() + config('{domain: {_example: "x"}}'), ["web-shop.apps.example.com"]],
    [
      "by label",
      ksvc(", labels: {tier: gold}") + config('{domain: {a.org: "", gold.org: "selector: {tier: gold}"}}'),
      ["web-shop.gold.org"],
    ],
    [
      "by label, as a mapping",
      ksvc(", labels: {tier: gold}") + config("{domain: {gold.org: {selector: {tier: gold}}}}"),
      ["web-shop.gold.org"],
    ],
    [
      "label of others",
      ksvc() + config('{domain: {a.org: "", gold.org: "selector: {tier: gold}"}}'),
      ["web-shop.a.org"],
    ],
    [
      "label not known",
      ksvc(', labels: {tier: "${T}"}') + config('{domain: {a.org: "", gold.org: "selector: {tier: gold}"}}'),
      null,
    ],
    ["a domain that is a placeholder", ksvc() + config('{domain: {"<domain>": ""}}'), null],
    ["domains not known", ksvc() + config('{domain: "${D}"}'), null],
    [
      "a template",
      ksvc() + config('{network: {domain-template: "{{.Name}}.{{.Namespace}}.{{.Domain}}"}}'),
      ["web.shop.apps.example.com"],
    ],
    [
      "the older key",
      ksvc() + config('{network: {domainTemplate: "{{ .Name }}.{{.Domain}}"}}'),
      ["web.apps.example.com"],
    ],
    [
      "a template that computes",
      ksvc() + config('{network: {domain-template: "{{index .Labels 1}}.{{.Domain}}"}}'),
      null,
    ],
    ["a template of a wrong type", ksvc() + config("{network: {domain-template: [1]}}"), null],
    ["network not known", ksvc() + config('{network: "${N}"}'), null],
    [
      "candidates that differ",
      ksvc() + config('{domain: {a.org: ""}}') + config('{domain: {b.org: ""}}'),
      ["web-shop.a.org", "web-shop.b.org"],
    ],
    [
      "a candidate that is not known",
      ksvc() + config('{domain: {a.org: ""}}') + config('{domain: "${D}"}'),
      null,
    ],
  ])("outside: %s", (_name, text, expected) => {
    expect(outside(text)).toEqual(expected);
  });
  test("outside: not known without the router's domain", () => {
    expect(outside(ksvc(), "clusterDomain=cluster.local")).toBeNull();
  });
  test("a DomainMapping is its own name", () => {
    const graph = graphOf(`
apiVersion: serving.knative.dev/v1beta1
kind: DomainMapping
metadata: { name: shop.example.org, namespace: shop }
---
apiVersion: serving.knative.dev/v1beta1
kind: DomainMapping
metadata: { name: "\${HOST}", namespace: shop }
`);
    expect(graph.all(kinds.DomainMapping).map((mapping) => externalHosts(graph, mapping))).toEqual([
      null,
      ["shop.example.org"],
    ]);
  });
});

describe("tenants (2.7)", () => {
  const policy = (name: string, spec: string, namespace = "knative-serving") => `
apiVersion: security.istio.io/v1beta1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
---`;
  const selector = "selector: {matchLabels: {app.kubernetes.io/component: activator}}";
  const rule = (namespaces: string, to = '[{operation: {hosts: ["*.a"]}}]') =>
    `{from: [{source: {namespaces: ${namespaces}}}], to: ${to}}`;
  const told = (text: string, options: GraphOptions = {}) =>
    tenants(graphOf(text, options)).map(({ name, namespaces }) => `${name}: ${namespaces.join()}`);
  test("are those of the config", () => {
    const graph = graphOf(policy("allow-x-to-activator", `{${selector}, rules: [${rule("[x]")}]}`), {
      tenants: [{ name: "alpha", namespaces: ["a", "b"] }],
    });
    expect(tenants(graph)).toEqual([{ name: "alpha", namespaces: ["a", "b"], from: "config" }]);
    expect(tenantsOf(graph, "b").map(({ name }) => name)).toEqual(["alpha"]);
    expect(tenantsOf(graph, "c")).toEqual([]);
  });
  test.each([
    [
      "by the chart's policy",
      policy(
        "allow-alpha-to-activator",
        `{${selector}, action: ALLOW, rules: [${rule("[a, b]")}, ${rule("[knative-eventing]")}]}`,
      ),
      ["alpha: a,b"],
    ],
    [
      "by any name",
      policy("mine", `{selector: {matchLabels: {app: activator}}, rules: [${rule("[a]")}]}`),
      ["mine: a"],
    ],
    [
      "two policies of one",
      policy("allow-a-to-activator", `{${selector}, rules: [${rule("[a]")}]}`) +
        policy("allow-a-to-activator", `{${selector}, rules: [${rule("[b]")}]}`),
      ["a: a,b"],
    ],
    [
      "not the system's, which has no hosts",
      policy(
        "allow-traffic-to-activator",
        "{selector: {matchLabels: {app: activator}}, rules: [{from: [{source: {namespaces: [knative-serving, x]}}]}]}",
      ),
      [],
    ],
    ["not without sources", policy("p", `{${selector}, rules: [{to: [{operation: {hosts: ["*.a"]}}]}]}`), []],
    [
      "not of paths",
      policy("p", `{${selector}, rules: [${rule("[a]", "[{operation: {paths: [/a]}}]")}]}`),
      [],
    ],
    [
      "not in another namespace",
      policy("p", `{${selector}, rules: [${rule("[a]")}]}`, "knative-eventing"),
      [],
    ],
    [
      "not for another component",
      policy("p", `{selector: {matchLabels: {app: autoscaler}}, rules: [${rule("[a]")}]}`),
      [],
    ],
    ["not by DENY", policy("p", `{${selector}, action: DENY, rules: [${rule("[a]")}]}`), []],
    ["not by an unknown action", policy("p", `{${selector}, action: "\${A}", rules: [${rule("[a]")}]}`), []],
    ["not by reference", policy("p", `{targetRef: {name: x}, rules: [${rule("[a]")}]}`), []],
    ["not by references", policy("p", `{targetRefs: [{name: x}], rules: [${rule("[a]")}]}`), []],
    [
      "not system namespaces only",
      policy("p", `{${selector}, rules: [${rule("[knative-serving-ingress]")}]}`),
      [],
    ],
    [
      "not wildcards and placeholders",
      policy("p", `{${selector}, rules: [${rule('["team-*", "<ns>", a]')}]}`),
      ["p: a"],
    ],
    ["not an empty policy", policy("deny-all-by-default", "{}"), []],
  ])("inferred: %s", (_name, text, expected) => {
    expect(told(text)).toEqual(expected);
  });
});
