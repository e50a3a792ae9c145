import { describe, expect, test } from "vitest";
import { packageOf, prerequisites } from "../../src/mesh/prerequisites.ts";
import type { Kind } from "../../src/model/resource.ts";
import { graphOf, only } from "../support/graph.ts";

const object = (apiVersion: string, kind: string, name: string, more = "", spec = "{}"): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}${more}}, spec: ${spec}}\n---\n`;
const inNamespace = (name: string): string => `, namespace: ${name}`;

const namespaces = object("v1", "Namespace", "shop") + object("v1", "Namespace", "istio-system");
const subscription = (name: string): string =>
  object(
    "operators.coreos.com/v1alpha1",
    "Subscription",
    name,
    inNamespace("openshift-operators"),
    `{name: ${name}}`,
  );
const subscriptions = ["serverless-operator", "servicemeshoperator", "servicemeshoperator3"]
  .map(subscription)
  .join("");
const kafka = object(
  "operator.serverless.openshift.io/v1alpha1",
  "KnativeKafka",
  "kafka",
  inNamespace("knative-eventing"),
);
const eventing = object(
  "operator.knative.dev/v1beta1",
  "KnativeEventing",
  "eventing",
  inNamespace("knative-eventing"),
);
const istio = "{ingress: {istio: {enabled: true}}}";
const serving = object(
  "operator.knative.dev/v1beta1",
  "KnativeServing",
  "serving",
  inNamespace("knative-serving"),
  istio,
);
const mesh =
  object(
    "maistra.io/v2",
    "ServiceMeshControlPlane",
    "basic",
    inNamespace("istio-system"),
    "{version: v2.4}",
  ) +
  object(
    "maistra.io/v1",
    "ServiceMeshMemberRoll",
    "default",
    inNamespace("istio-system"),
    "{members: [knative-serving]}",
  );
const gateway = (name: string, selector = "{istio: ingressgateway}"): string =>
  object(
    "networking.istio.io/v1",
    "Gateway",
    name,
    inNamespace("knative-serving"),
    `{selector: ${selector}, servers: []}`,
  );
const base = namespaces + subscriptions + kafka + eventing + serving + mesh;

const named = (text: string, kind: Kind, name: string): readonly string[] => {
  const graph = graphOf(text);
  return prerequisites(graph, only(graph, kind, name))
    .map(([first]) => `${first?.kind.split(".")[0]} ${first?.name}`)
    .toSorted();
};

describe("what has to be there before", () => {
  const source = (kind: string, group: string): string =>
    base + object(`${group}/v1`, kind, "mine", inNamespace("shop"));
  test.each([
    ["KafkaSource", "sources.knative.dev", ["KnativeKafka kafka", "Namespace shop"]],
    ["KafkaSink", "eventing.knative.dev", ["KnativeKafka kafka", "Namespace shop"]],
    ["KafkaChannel", "messaging.knative.dev", ["KnativeKafka kafka", "Namespace shop"]],
    ["PingSource", "sources.knative.dev", ["KnativeEventing eventing", "Namespace shop"]],
    ["Broker", "eventing.knative.dev", ["KnativeEventing eventing", "Namespace shop"]],
    ["Service", "serving.knative.dev", ["KnativeServing serving", "Namespace shop"]],
    [
      "PeerAuthentication",
      "security.istio.io",
      ["Namespace shop", "Subscription servicemeshoperator", "Subscription servicemeshoperator3"],
    ],
    ["ConfigMap", "example.com", ["Namespace shop"]],
  ])("a %s of %s", (kind, group, wanted) => {
    expect(named(source(kind, group), `${kind}.${group}`, "mine")).toEqual(wanted);
  });

  test("a control plane: its operator, its Namespace", () => {
    expect(named(base, "ServiceMeshControlPlane.maistra.io", "basic")).toEqual([
      "Namespace istio-system",
      "Subscription servicemeshoperator",
    ]);
  });

  test("a KnativeServing with Istio: the mesh and its Gateways", () => {
    const text = base + gateway("knative-ingress-gateway") + gateway("knative-local-gateway");
    expect(named(text, "KnativeServing.operator.knative.dev", "serving")).toEqual([
      "Gateway knative-ingress-gateway",
      "Gateway knative-local-gateway",
      "ServiceMeshControlPlane basic",
      "ServiceMeshMemberRoll default",
      "Subscription serverless-operator",
    ]);
    const kourier = text.replace("{istio: {enabled: true}}", "{kourier: {enabled: true}}");
    expect(named(kourier, "KnativeServing.operator.knative.dev", "serving")).toEqual([
      "Subscription serverless-operator",
    ]);
  });

  test("a Gateway: the control plane and roll of the workload that it selects", () => {
    const wanted = ["Subscription servicemeshoperator", "Subscription servicemeshoperator3"];
    expect(named(base + gateway("mine"), "Gateway.networking.istio.io", "mine")).toEqual([
      "ServiceMeshControlPlane basic",
      "ServiceMeshMemberRoll default",
      ...wanted,
    ]);
    expect(named(base + gateway("mine", "{istio: other}"), "Gateway.networking.istio.io", "mine")).toEqual(
      wanted,
    );
    const injected = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: gw, namespace: shop}, spec: {template: {metadata: {labels: {istio: own}, annotations: {inject.istio.io/templates: gateway}}, spec: {}}}}\n---\n`;
    expect(
      named(base + injected + gateway("mine", "{istio: own}"), "Gateway.networking.istio.io", "mine"),
    ).toEqual(wanted);
  });

  test("nothing that others bring, and candidates of one object together", () => {
    const service = object("serving.knative.dev/v1", "Service", "mine", inNamespace("shop"));
    const graph = graphOf({ "a.yaml": serving + service, "b.yaml": serving }, { context: namespaces });
    const groups = prerequisites(graph, only(graph, "Service.serving.knative.dev", "mine"));
    expect(groups.map((group) => group.map(({ kind }) => kind))).toEqual([
      ["KnativeServing.operator.knative.dev", "KnativeServing.operator.knative.dev"],
    ]);
  });
});

test.each([
  ["KnativeServing.operator.knative.dev", "serverless-operator"],
  ["ServiceMeshMember.maistra.io", "servicemeshoperator"],
  ["Istio.sailoperator.io", "servicemeshoperator3"],
  ["IstioCNI.sailoperator.io", "servicemeshoperator3"],
  ["Deployment.apps", null],
] as const)("%s is brought by %s", (kind, wanted) => {
  expect(packageOf(kind)).toBe(wanted);
});
