import { describe, expect, it } from "vitest";
import { bundleFlaw, isInjected, writesItself } from "../../../src/mesh/admission/ca-bundle.ts";
import { backendsOf } from "../../../src/mesh/admission/backends.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { graphOf, only } from "../../support/graph.ts";

const pem = "-----BEGIN CERTIFICATE-----\nTm90IHJlYWxseQ==\n-----END CERTIFICATE-----\n";

describe("a caBundle", () => {
  it.each([
    [undefined, "empty"],
    [null, "empty"],
    ["", "empty"],
    ["Cg==", "empty"],
    [7, "type"],
    ["${CA}", null],
    ["<ca_signing_certificate>", null],
    [pem, "pem"],
    ["not base64", "base64"],
    ["Zm9vYg", "base64"],
    ["Zm9vYmFy", "content"],
    [btoa(pem), null],
    [`${btoa(pem).slice(0, 20)}\n  ${btoa(pem).slice(20)}`, null],
    [btoa(btoa(pem)), "twice"],
  ])("%j is %j", (value, expected) => {
    expect(bundleFlaw(value)).toBe(expected);
  });
});

describe("the annotations that fill a caBundle in", () => {
  const injected = (annotations: string) =>
    isInjected(
      only(
        graphOf(`
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.guard.example.com, annotations: ${annotations} }
`),
        kinds.ApiService,
        "v1.guard.example.com",
      ),
    );

  it.each([
    ['{ service.beta.openshift.io/inject-cabundle: "true" }', true],
    ['{ service.alpha.openshift.io/inject-cabundle: "true" }', true],
    ["{ cert-manager.io/inject-ca-from: guard/guard }", true],
    ["{ cert-manager.io/inject-ca-from-secret: guard/guard }", true],
    ["{ certmanager.k8s.io/inject-ca-from: guard/guard }", true],
    ['{ service.beta.openshift.io/inject-cabundle: "false" }', false],
    ["{ example.com/inject-ca-from: guard/guard }", false],
    ["none", false],
  ])("%s: %s", (annotations, expected) => {
    expect(injected(annotations)).toBe(expected);
  });
});

describe("whether a server writes its CA itself", () => {
  const server = `
apiVersion: v1
kind: Service
metadata: { name: guard, namespace: guard }
spec: { selector: { app: guard }, ports: [{ port: 443 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: guard, namespace: guard }
spec:
  selector: { matchLabels: { app: guard } }
  template:
    metadata: { labels: { app: guard } }
    spec: { serviceAccount: guard, containers: [{ name: guard }] }
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.guard.example.com }
spec: { service: { namespace: guard, name: guard } }
`;
  const role = (name: string, rule: string) => `
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${name} }
${rule}
`;
  const binding = (name: string, account = "guard") => `
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name} }
subjects: [{ kind: ServiceAccount, namespace: guard, name: ${account} }]
`;
  const rules = (group: string, resource: string, verb: string) =>
    `rules: [{ apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"] }]`;
  const answer = (text: string) => {
    const graph = graphOf(server + text);
    return graph
      .all(kinds.ApiService)
      .flatMap(backendsOf)
      .map((backend) => writesItself(graph, backend));
  };
  const pods = rules("", "pods", "get");

  it.each([
    ["nothing is known about its roles", "", "maybe"],
    ["its only role allows other things", role("guard", pods) + binding("guard"), "no"],
    [
      "its role allows it",
      role("guard", rules("apiregistration.k8s.io", "apiservices", "patch")) + binding("guard"),
      "maybe",
    ],
    ["its role allows everything", role("guard", rules("*", "*", "*")) + binding("guard"), "maybe"],
    ["a role is not in the set", role("guard", pods) + binding("guard") + binding("elsewhere"), "maybe"],
    [
      "a role that comes with the cluster is bound too",
      role("guard", pods) + binding("guard") + binding("system:auth-delegator"),
      "no",
    ],
    [
      "another account of the set may write it",
      role("guard", pods) +
        binding("guard") +
        role("job", rules("apiregistration.k8s.io", "apiservices", "update")) +
        binding("job", "job"),
      "maybe",
    ],
    [
      "its role gathers those of others",
      role("guard", "aggregationRule: { clusterRoleSelectors: [] }") + binding("guard"),
      "maybe",
    ],
  ])("%s", (_case, text, expected) => {
    expect(answer(text)).toEqual([expected]);
  });
});
