import { describe, expect, test } from "vitest";
import { meshes } from "../../src/mesh/meshes.ts";
import { admitsMesh, managesNetworkPolicies, selectsAll } from "../../src/mesh/network-policies.ts";
import { graphOf, only } from "../support/graph.ts";

const smcp = (spec: string, api = "v2"): string =>
  `{apiVersion: maistra.io/${api}, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n`;
const istio =
  "{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {namespace: istio-system}}\n---\n";
const roll =
  "{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [knative-serving, shop, cart]}}\n---\n";
const service = (namespace: string): string =>
  `{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: hello, namespace: ${namespace}}, spec: {template: {spec: {containers: [{image: hello}]}}}}\n---\n`;
const policy = (spec: string, namespace = "shop"): string =>
  `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: ${namespace}}, spec: ${spec}}\n---\n`;

function meshOfGraph(text: string) {
  const graph = graphOf(text);
  const [mesh] = meshes(graph);
  if (!mesh) throw new Error("no mesh");
  return { graph, mesh };
}

test.each([
  ["absent", smcp("{}"), { state: "absent" }],
  ["off", smcp("{security: {manageNetworkPolicy: false}}"), { state: "value", value: false }],
  [
    "off in v1",
    smcp("{istio: {global: {manageNetworkPolicy: false}}}", "v1"),
    { state: "value", value: false },
  ],
  ["Service Mesh 3", istio, { state: "value", value: false }],
])("the operator's own policies: %s", (_name, text, wanted) => {
  const { graph, mesh } = meshOfGraph(text);
  expect(managesNetworkPolicies(graph, mesh)).toEqual(wanted);
});

test.each([
  ["{podSelector: {}}", true],
  ["{}", true],
  ["{podSelector: {matchLabels: {}}}", true],
  ["{podSelector: {}, policyTypes: []}", true],
  ["{podSelector: {}, policyTypes: [Ingress, Egress]}", true],
  ["{podSelector: {}, policyTypes: [Egress]}", false],
  ["{podSelector: {matchLabels: {app: a}}}", false],
  ['{podSelector: "${ALL}"}', false],
])("%s selects every pod: %s", (spec, wanted) => {
  expect(selectsAll(only(graphOf(policy(spec)), "NetworkPolicy.networking.k8s.io", "p"))).toBe(wanted);
});

describe("policies that admit the mesh", () => {
  const from = (peer: string): string => `{podSelector: {}, ingress: [{from: [${peer}]}]}`;
  const labelled = (labels: string): string => from(`{namespaceSelector: {matchLabels: {${labels}}}}`);
  test.each([
    ["everybody", "{podSelector: {}, ingress: [{}]}", "yes"],
    ["every namespace", from("{namespaceSelector: {}}"), "yes"],
    ["members", labelled("maistra.io/member-of: istio-system"), "yes"],
    ["the gateway's namespace", labelled("kubernetes.io/metadata.name: istio-system"), "yes"],
    ["it by the usual label", labelled("name: istio-system"), "yes"],
    ["another application", labelled("kubernetes.io/metadata.name: cart"), "yes"],
    ["another mesh", labelled("maistra.io/member-of: other"), "no"],
    ["monitoring", labelled("kubernetes.io/metadata.name: openshift-monitoring"), "no"],
    ["monitoring by its group", labelled("network.openshift.io/policy-group: monitoring"), "no"],
    ["the router", labelled("network.openshift.io/policy-group: ingress"), "no"],
    ["Serverless", labelled("knative.openshift.io/part-of: openshift-serverless"), "no"],
    ["itself", from("{podSelector: {}}"), "no"],
    ["addresses", from("{ipBlock: {cidr: 10.0.0.0/8}}"), "unknown"],
    ["no peer at all", from("nobody"), "unknown"],
    ["some label", labelled("team: shop"), "unknown"],
    ["nobody", "{podSelector: {}, ingress: []}", "no"],
    ["a port of services", "{podSelector: {}, ingress: [{ports: [{port: 8012}]}]}", "yes"],
    ["ports of metrics", "{podSelector: {}, ingress: [{ports: [{port: 8444}, {port: 9090}]}]}", "no"],
    ["any port", "{podSelector: {}, ingress: [{ports: [{protocol: TCP}]}]}", "yes"],
    ["some pods", "{podSelector: {matchLabels: {app: a}}, ingress: [{}]}", "yes"],
    ["webhooks", "{podSelector: {matchLabels: {app: eventing-webhook}}, ingress: [{}]}", "no"],
    ["on their way out", "{podSelector: {matchLabels: {a: b}}, policyTypes: [Egress], ingress: [{}]}", "no"],
  ])("%s", (_name, spec, wanted) => {
    const { graph, mesh } = meshOfGraph(smcp("{}") + roll + service("shop") + service("cart") + policy(spec));
    expect(admitsMesh(graph, "shop", mesh)).toBe(wanted);
  });

  test.each([
    ["app: activator", "yes"],
    ["app: webhook", "no"],
  ])("of Serving, only what selects the activator: %s", (labels, wanted) => {
    const spec = `{podSelector: {matchLabels: {${labels}}}, ingress: [{}]}`;
    const { graph, mesh } = meshOfGraph(smcp("{}") + roll + policy(spec, "knative-serving"));
    expect(admitsMesh(graph, "knative-serving", mesh)).toBe(wanted);
  });

  test("the router calls the gateway", () => {
    const spec = labelled("network.openshift.io/policy-group: ingress");
    const { graph, mesh } = meshOfGraph(smcp("{}") + roll + policy(spec, "istio-system"));
    expect(admitsMesh(graph, "istio-system", mesh)).toBe("yes");
  });

  test("without any known caller", () => {
    const { graph, mesh } = meshOfGraph(istio + policy(labelled("team: shop")));
    expect(admitsMesh(graph, "shop", mesh)).toBe("unknown");
  });

  test("labels of a Namespace count, and Service Mesh 3 gives none", () => {
    const namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: cart, labels: {team: x}}}\n---\n";
    const { graph, mesh } = meshOfGraph(istio + namespace + service("cart") + policy(labelled("team: x")));
    expect(admitsMesh(graph, "shop", mesh)).toBe("yes");
    const other = meshOfGraph(
      istio + namespace + service("cart") + policy(labelled("maistra.io/member-of: istio-system")),
    );
    expect(admitsMesh(other.graph, "shop", other.mesh)).toBe("no");
  });
});
