import { describe, expect, it } from "vitest";
import { lintMemory } from "./support/lint.ts";

function findings(rule: string, text: string, profile: Readonly<Record<string, string>> = {}) {
  return lintMemory([{ path: "a.yaml", text }], { rules: [rule], profile }).findings;
}

function messages(rule: string, text: string, profile: Readonly<Record<string, string>> = {}) {
  return findings(rule, text, profile).map(({ message }) => message);
}

describe("messages say no more than the set shows", () => {
  it("of a gateway's label whose pods are not at hand", () => {
    const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: knative-ingress-gateway, namespace: knative-serving }
spec:
  selector: { knative-ingress-gateway: ingressgateway }
  servers: []
`;
    expect(messages("gateway/selector-not-knative", gateway, { serverless: "1.38", mesh: "3.0" })).toEqual([
      "Gateway knative-serving/knative-ingress-gateway selects knative-ingress-gateway: ingressgateway, a label of the set-up for Service Mesh 3, where the documents have knative: ingressgateway",
    ]);
  });

  it("of a limit that is no string, which is quoted only where it stays the same number", () => {
    const limited = (limit: string) =>
      findings(
        "peerpods/limit-invalid",
        `apiVersion: confidentialcontainers.org/v1alpha1
kind: PeerPodConfig
metadata: { name: peerpodconfig-openshift, namespace: openshift-sandboxed-containers-operator }
spec:
  limit: ${limit}
`,
      ).map(({ message, fix }) => [message, fix?.edits.map(({ text }) => text) ?? null]);
    const refused = "and the API server takes nothing but a string there";
    expect(limited("10")).toEqual([[`the limit is 10 without quotes, ${refused}`, ['"10"']]]);
    expect(limited("010")).toEqual([[`the limit is 8 without quotes, ${refused}`, []]]);
    expect(limited("[10]")).toEqual([[`the limit is a list or mapping, ${refused}`, []]]);
  });
});
