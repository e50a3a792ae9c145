import { describe, expect, it } from "vitest";
import {
  claimFlaw,
  type DomainFlaw,
  gatewayHostFlaws,
  routeFlaw,
  unusedClaim,
} from "../../../src/mesh/certificates/custom-domains.ts";
import { secretPresence } from "../../../src/mesh/certificates/missing-secrets.ts";
import { certificateUses } from "../../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { graphOf, only, type GraphOptions } from "../../support/graph.ts";

const serving = (config: string): string => `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: { name: knative-serving, namespace: knative-serving }
spec: { ingress: { istio: { enabled: true } }, config: ${config} }
---`;
const mapping = (name = "shop.example.org", namespace = ", namespace: shop", spec = "{}"): string => `
apiVersion: serving.knative.dev/v1beta1
kind: DomainMapping
metadata: { name: "${name}"${namespace} }
spec: ${spec}
---`;
const claim = (spec: string): string => `
apiVersion: networking.internal.knative.dev/v1alpha1
kind: ClusterDomainClaim
metadata: { name: shop.example.org }
spec: ${spec}
---`;
const byHand = "{ network: { autocreate-cluster-domain-claims: 'false' } }";
const said = (flaw: DomainFlaw | null | undefined): string | null =>
  flaw ? (flaw.state === "wrong" ? flaw.path.join(".") : `needs ${flaw.needs}`) : null;

describe("the claim of a DomainMapping", () => {
  const who = "needs the KnativeServing, which says who makes ClusterDomainClaims";

  it.each<[string, string | null, GraphOptions?]>([
    [serving("{}") + mapping(), null],
    [serving(byHand) + mapping(), "metadata.name"],
    [serving(byHand) + mapping() + claim("{ namespace: shop }"), null],
    [serving(byHand) + mapping() + claim("{ namespace: press }"), "metadata.namespace"],
    [serving(byHand) + mapping() + claim("{ namespace: '${NS}' }"), null],
    [serving(byHand) + mapping("shop.example.org", "") + claim("{ namespace: press }"), null],
    [serving(byHand) + mapping("${HOST}"), "needs the name of the DomainMapping"],
    [
      serving("{ network: { autocreate-cluster-domain-claims: '${AUTO}' } }") + mapping(),
      "needs spec.config.network.autocreate-cluster-domain-claims of KnativeServing knative-serving",
    ],
    [
      serving("{ network: { autocreate-cluster-domain-claims: 'perhaps' } }") + mapping(),
      "needs autocreate-cluster-domain-claims",
    ],
    [serving("{ network: { autocreate-cluster-domain-claims: 'True' } }") + mapping(), null],
    [
      serving("{ config-network: { ingress-class: istio.ingress.networking.knative.dev } }") + mapping(),
      "metadata.name",
    ],
    [serving("{}") + serving(byHand) + mapping(), who],
    [mapping(), who],
    [mapping(), "needs the ClusterDomainClaim shop.example.org", { context: serving(byHand) }],
    [mapping(), "metadata.name", { context: serving(byHand), complete: true }],
  ])("%#", (text, expected, options = {}) => {
    const graph = graphOf(text, options);
    const [subject] = graph.own(kinds.DomainMapping);
    expect(said(subject && claimFlaw(graph, subject))).toBe(expected);
  });
});

describe("a claim without a DomainMapping", () => {
  const service = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: shop, namespace: shop }
spec: { template: { spec: { containers: [{ image: x }] } } }
---`;

  it.each([
    [service + claim("{ namespace: shop }"), "metadata.name"],
    [service + claim("{ namespace: press }"), "needs the DomainMapping shop.example.org"],
    [service + claim("{}"), "needs the DomainMapping shop.example.org"],
    [service + claim("{ namespace: shop }") + mapping(), null],
    [service + claim("{ namespace: shop }") + mapping("${HOST}"), null],
  ])("%#", (text, expected) => {
    const graph = graphOf(text);
    expect(said(unusedClaim(graph, only(graph, kinds.ClusterDomainClaim, "shop.example.org")))).toBe(
      expected,
    );
  });
});

describe("hosts outside the domain", () => {
  const gateway = (host: string): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: knative-ingress-gateway, namespace: knative-serving }
spec: { servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["${host}"] }] }
---`;
  const profile = "ingressDomain=apps.example.com";

  it.each([
    ["shop.example.org", "spec.servers.0.hosts.0"],
    ["./shop.example.org", "spec.servers.0.hosts.0"],
    ["cart.example.org", null],
    ["shop.APPS.example.com", null],
    ["*", null],
    ["*.example.org", null],
    ["shop", null],
    ["shop.shop.svc", null],
    ["shop.shop.svc.cluster.local", null],
    ["${HOST}", null],
  ])("of a Gateway: %s", (host, expected) => {
    const graph = graphOf(serving("{}") + gateway(host) + mapping("Cart.example.org"), { profile });
    const [flaw] = gatewayHostFlaws(graph, only(graph, kinds.Gateway, "knative-ingress-gateway"));
    expect(said(flaw)).toBe(expected);
  });

  it("need the domain itself, and the DomainMappings", () => {
    const first = (text: string, options: GraphOptions): string | null => {
      const graph = graphOf(text, options);
      return said(gatewayHostFlaws(graph, only(graph, kinds.Gateway, "knative-ingress-gateway"))[0]);
    };
    const host = gateway("shop.example.org");
    expect(first(serving("{}") + host + mapping("cart.example.org"), {})).toMatch(/^needs the domain/);
    expect(first(serving("{}") + host, { profile })).toBe("needs the DomainMapping shop.example.org");
  });

  it("count on the Gateway for outside traffic only", () => {
    const local = gateway("shop.example.org").replace("knative-ingress-gateway", "knative-local-gateway");
    const graph = graphOf(serving("{}") + local + mapping("cart.example.org"), { profile });
    expect(gatewayHostFlaws(graph, only(graph, kinds.Gateway, "knative-local-gateway"))).toEqual([]);
  });

  it.each([
    ["istio-ingressgateway", "istio-system", "spec.host"],
    ["istio-ingressgateway", "shop", null],
    ["reports", "istio-system", null],
  ])("count in a Route to %s in %s", (target, namespace, expected) => {
    const route = `
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: shop, namespace: ${namespace} }
spec: { host: shop.example.org, to: { kind: Service, name: ${target} } }
---`;
    const graph = graphOf(serving("{}") + route + mapping("cart.example.org"), { profile });
    expect(said(routeFlaw(graph, only(graph, kinds.Route, "shop")))).toBe(expected);
  });
});

describe("the Secret of a DomainMapping", () => {
  const secret = (namespace: string): string => `
apiVersion: v1
kind: Secret
metadata: { name: shop-tls${namespace} }
type: kubernetes.io/tls
---`;
  const own = mapping("shop.example.org", ", namespace: shop", "{ tls: { secretName: shop-tls } }");

  it.each([
    [own + secret(", namespace: shop"), "there"],
    [own + secret(", namespace: press"), "missing"],
    [own + secret(""), "needs the namespace of Secret shop-tls"],
    [own, "needs the Secret shop-tls"],
    [own + secret(", namespace: shop").replace("name: shop-tls", "name: other"), "missing"],
    [
      own +
        "\napiVersion: onepassword.com/v1\nkind: OnePasswordItem\nmetadata: { name: shop-tls, namespace: shop }\n",
      "needs the Secret that OnePasswordItem shop-tls makes",
    ],
    [
      mapping("shop.example.org", "", "{ tls: { secretName: shop-tls } }") + secret(", namespace: shop"),
      "needs the namespace of Secret shop-tls",
    ],
  ])("%#", (text, expected) => {
    const graph = graphOf(text);
    const [use] = certificateUses(graph);
    if (!use) throw new Error("no use");
    const found = secretPresence(graph, use);
    expect(found.state === "unknown" ? `needs ${found.needs}` : found.state).toBe(expected);
  });
});
