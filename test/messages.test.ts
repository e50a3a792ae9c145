import { describe, expect, it } from "vitest";
import { lintMemory } from "./support/lint.ts";

function messages(rule: string, text: string, profile: Readonly<Record<string, string>> = {}) {
  const report = lintMemory([{ path: "a.yaml", text }], { rules: [rule], profile });
  return report.findings.map(({ message }) => message);
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
});
