import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseDomains, serviceHosts } from "../../../src/mesh/certificates/base-domains.ts";
import { templateDepth } from "../../../src/mesh/certificates/domain-template.ts";
import { isNameFor, namesOf } from "../../../src/mesh/certificates/names.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { certificateDer, ecKeys } from "../../support/certificate-builder.ts";
import { graphOf, only } from "../../support/graph.ts";

describe("whether a name of a certificate is good for a host", () => {
  it.each([
    ["*.apps.example.com", "shop.apps.example.com", true],
    ["*.apps.example.com", "*.apps.example.com", true],
    ["*.APPS.example.com", "Shop.apps.Example.com", true],
    ["shop.example.com", "shop.example.com.", true],
    ["*.example.com", "shop.apps.example.com", false],
    ["*.example.com", "*.apps.example.com", false],
    ["*.apps.example.com", "apps.example.com", false],
    ["shop*.example.com", "shop1.example.com", false],
    ["*", "shop", false],
    ["*.example.com", ".example.com", false],
  ])("%s for %s: %s", (name, host, good) => {
    expect(isNameFor(name, host)).toBe(good);
  });

  it("is what OpenSSL says", () => {
    const keys = ecKeys();
    const label = fc.constantFrom("a", "shop", "apps", "example");
    const host = fc.array(label, { minLength: 3, maxLength: 5 }).map((parts) => parts.join("."));
    const name = fc.oneof(
      host,
      host.map((text) => `*.${text}`),
    );
    fc.assert(
      fc.property(name, host, (dnsName, wanted) => {
        const known = new X509Certificate(
          certificateDer({
            subject: [["CN", "x"]],
            publicKey: keys.publicKey,
            signWith: keys.privateKey,
            notBefore: "2026-01-01T00:00:00Z",
            notAfter: "2027-01-01T00:00:00Z",
            dnsNames: [dnsName],
          }),
        );
        expect(isNameFor(dnsName, wanted)).toBe(known.checkHost(wanted, { subject: "never" }) !== undefined);
      }),
      { numRuns: 60 },
    );
  });
});

const serving = (config: string): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } }, config: ${config} }
---`;
const profile = "ingressDomain=Apps.example.com";

describe("the domains of services", () => {
  it.each([
    ["{}", { state: "known", domains: ["apps.example.com"] }],
    [
      "{ domain: { Shop.example.org: '', _example: '', svc.cluster.local: '' } }",
      { state: "known", domains: ["shop.example.org"] },
    ],
    [
      "{ config-domain: { a.example: '' }, domain: { b.example: '' } }",
      { state: "known", domains: ["a.example"] },
    ],
    [
      "{ domain: { '${DOMAIN}': '' } }",
      { state: "unknown", needs: "the domains of KnativeServing knative-serving" },
    ],
    [
      "{ domain: '${DOMAINS}' }",
      { state: "unknown", needs: "the domains of KnativeServing knative-serving" },
    ],
  ])("%s", (config, expected) => {
    expect(baseDomains(graphOf(serving(config), { profile }))).toEqual(expected);
  });

  it("are unknown without any word about them", () => {
    expect(baseDomains(graphOf(serving("{}"))).state).toBe("unknown");
  });
});

describe("the names of services", () => {
  const service = (name: string, more: string): string => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: ${name}, namespace: shop${more} }
spec: { traffic: [{ tag: next }, { tag: 7 }, latest], template: { spec: { containers: [{ image: x }] } } }
---`;

  it("are told with those of tagged traffic, without those that stay inside", () => {
    const local = ", labels: { networking.knative.dev/visibility: cluster-local }";
    const kourier =
      ", annotations: { networking.knative.dev/ingress-class: kourier.ingress.networking.knative.dev }";
    const graph = graphOf(serving("{}") + service("a", "") + service("b", local) + service("c", kourier), {
      profile,
    });
    expect(serviceHosts(graph)).toEqual({
      hosts: ["a-shop.Apps.example.com", "next-a-shop.Apps.example.com"],
      needs: null,
    });
  });

  it("are not known where tags have a template of their own", () => {
    const graph = graphOf(serving("{ network: { tag-template: '{{.Name}}-{{.Tag}}' } }") + service("a", ""), {
      profile,
    });
    expect(serviceHosts(graph)).toEqual({
      hosts: ["a-shop.Apps.example.com"],
      needs: "the external name of Knative Service a",
    });
  });
});

describe("the template of names", () => {
  it.each([
    ["{}", { state: "default" }],
    ["{ network: { ingress-class: x } }", { state: "default" }],
    ["{ network: { domain-template: '{{.Name}}.{{.Namespace}}.{{.Domain}}' } }", { state: "set", labels: 2 }],
    [
      "{ network: { domain-template: '{{- .Name -}}-{{.Namespace}}.{{ .Domain }}' } }",
      { state: "set", labels: 1 },
    ],
    ["{ network: { domainTemplate: 'a.b.{{.Name}}.{{.Domain}}' } }", { state: "set", labels: 3 }],
    ["{ network: { domain-template: '{{.Name}}.example.org' } }", { state: "unknown" }],
    ["{ network: { domain-template: 7 } }", { state: "unknown" }],
    ["{ network: { domain-template: '{{.Annotations.x}}.{{.Domain}}' } }", { state: "unknown" }],
    ["{ network: '${NETWORK}' }", { state: "unknown" }],
  ])("%s", (config, expected) => {
    const graph = graphOf(serving(config));
    expect(templateDepth(only(graph, kinds.KnativeServing, "knative-serving"))).toMatchObject(expected);
  });
});

describe("the names that cert-manager is asked for", () => {
  const certificate = (spec: string): string => `
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: wildcard, namespace: istio-system }
spec: { secretName: wildcard-certs, ${spec} }
---`;
  const issuer = (spec: string): string => `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: own, namespace: istio-system }
spec: ${spec}
---`;

  it.each([
    [certificate("dnsNames: [a.example]"), { state: "known", names: ["a.example"] }],
    [certificate("dnsNames: ['${NAME}']"), { state: "unknown" }],
    [certificate("dnsNames: []"), { state: "unknown" }],
    [
      certificate("issuerRef: { name: own }") + issuer("{ ca: { secretName: x } }"),
      { state: "known", names: [] },
    ],
    [certificate("issuerRef: { name: own }") + issuer("{ acme: {} }"), { state: "unknown" }],
    [
      certificate("issuerRef: { name: own, kind: ClusterIssuer }") + issuer("{ ca: {} }"),
      { state: "unknown" },
    ],
  ])("%#", (text, expected) => {
    const graph = graphOf(text);
    expect(namesOf(graph, only(graph, kinds.CertManagerCertificate, "wildcard"), null)).toMatchObject(
      expected,
    );
  });
});
