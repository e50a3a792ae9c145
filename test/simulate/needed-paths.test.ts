import { describe, expect, it } from "vitest";
import { shutPaths } from "../../src/simulate/needed-paths.ts";
import { graphOf } from "../support/graph.ts";

const mesh = (mtls: boolean, excluded: string): string => `
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec:
  version: v2.5
  security: {dataPlane: {mtls: ${String(mtls)}}}
  proxy: {networking: {trafficControl: {inbound: {excludedPorts: ${excluded}}}}}
  gateways: {ingress: {service: {metadata: {labels: {knative: ingressgateway}}}}}
---
apiVersion: maistra.io/v1
kind: ServiceMeshMemberRoll
metadata: {name: default, namespace: istio-system}
spec: {members: [knative-serving, knative-eventing, shop]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: knative-ingress-gateway, namespace: knative-serving}
spec:
  selector: {knative: ingressgateway}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: c}}]
`;

interface Setting {
  readonly mtls?: boolean;
  readonly excluded?: string;
  readonly annotations?: string;
  readonly labels?: string;
  readonly inject?: string;
  readonly more?: string;
}

/** Kinds of the ways that are shut, and which of them are only open to doubt. */
function shut(policies: readonly string[], setting: Setting = {}): readonly string[] {
  const {
    mtls = true,
    excluded = "[8022]",
    annotations = "",
    labels = "",
    inject = "true",
    more = "",
  } = setting;
  const service = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {${labels}}
  annotations: {serving.knative.openshift.io/enablePassthrough: "true"}
spec:
  template:
    metadata: {labels: {sidecar.istio.io/inject: "${inject}"}, annotations: {${annotations}}}
    spec: {containers: [{image: "registry.example.com/cart:1"}]}
`;
  const written = policies.map((text, index) => {
    const [namespace = "", spec = ""] = [text.slice(0, text.indexOf(" ")), text.slice(text.indexOf(" ") + 1)];
    return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p${index}, namespace: ${namespace}}
spec: ${spec}
`;
  });
  const texts = [mesh(mtls, excluded), service, ...written, ...(more === "" ? [] : [more])];
  return shutPaths(graphOf(texts.join("---\n"))).map(
    ({ kind, severity, hop }) => `${kind} ${hop.verdict === "DENY" ? severity : "open"} ${hop.role}`,
  );
}

const from = (namespaces: string): string =>
  `shop {rules: [{from: [{source: {namespaces: [${namespaces}]}}]}]}`;

describe("shutPaths", () => {
  it("is empty where nothing is refused", () => {
    expect(shut([])).toEqual([]);
    expect(shut([from("knative-serving, istio-system")])).toEqual([]);
    expect(shut([from("web")], { inject: "false" })).toEqual([]);
  });

  it("tells everything that a policy for clients only shuts", () => {
    expect(shut([from("web")])).toEqual([
      "activator error pod",
      "metrics warning pod",
      "gateway warning pod",
    ]);
  });

  it("looks at the ways that a service can take", () => {
    const always = "autoscaling.knative.dev/target-burst-capacity: '-1'";
    expect(shut([from("web")], { annotations: always })).toEqual([
      "activator error pod",
      "metrics warning pod",
    ]);
    const never =
      "autoscaling.knative.dev/target-burst-capacity: '0', autoscaling.knative.dev/min-scale: '1'";
    expect(shut([from("web")], { annotations: never })).toEqual([
      "metrics warning pod",
      "gateway warning pod",
    ]);
    const local = "networking.knative.dev/visibility: cluster-local";
    expect(shut([from("web")], { labels: local })).toEqual(["activator error pod", "metrics warning pod"]);
  });

  it("needs the probe, whatever else the activator may ask for", () => {
    const api =
      "shop {rules: [{from: [{source: {namespaces: [knative-serving, istio-system]}}], to: [{operation: {paths: [/api/*]}}]}]}";
    expect(shut([api])).toEqual(["activator error pod"]);
    const post = `shop {action: DENY, rules: [{to: [{operation: {paths: [/healthz]}}]}]}`;
    expect(shut([post])).toEqual(["activator error pod", "gateway warning pod"]);
  });

  it("wants the drain hook where its port does not bypass the sidecar", () => {
    const policy = from("knative-serving, istio-system");
    expect(shut([policy], { mtls: false, excluded: "[]" })).toEqual(["drain warning pod"]);
    const drain = `shop {rules: [{to: [{operation: {ports: ["8022"]}}]}]}`;
    expect(shut([policy, drain], { mtls: false, excluded: "[]" })).toEqual([]);
    // Without a certificate no policy is asked: another rule's finding.
    expect(shut([policy], { mtls: true, excluded: "[]" })).toEqual([]);
  });

  it("follows requests from outside to the gateway and the activator", () => {
    const gateway =
      "istio-system {selector: {matchLabels: {knative: ingressgateway}}, rules: [{to: [{operation: {hosts: [a.b]}}]}]}";
    expect(shut([gateway])).toEqual(["outside error gateway"]);
    const activator =
      "knative-serving {action: DENY, selector: {matchLabels: {app: activator}}, rules: [{from: [{source: {namespaces: [istio-system]}}]}]}";
    expect(shut([activator])).toEqual(["gateway error activator"]);
  });

  it("leaves open what depends on addresses", () => {
    const policy = "shop {rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}";
    expect(shut([policy])).toContain("activator open pod");
  });

  describe("events", () => {
    const trigger = (ref: string): string => `
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: t, namespace: shop}
spec: {broker: b, subscriber: {ref: {kind: Service, name: cart, ${ref}}}}
`;
    const broker = (kind: string): string => `
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: b, namespace: shop, annotations: {eventing.knative.dev/broker.class: ${kind}}}
`;
    const knative = trigger("apiVersion: serving.knative.dev/v1");
    const activator = (source: string): string =>
      `knative-serving {selector: {matchLabels: {app: activator}}, rules: [{from: [{source: {namespaces: [istio-system]}}, {source: {${source}}}]}]}`;

    it("are shut at the activator for everybody who carries them", () => {
      expect(shut([activator("namespaces: [web]")], { more: knative })).toEqual(["events error activator"]);
      expect(shut([activator("namespaces: [knative-eventing]")], { more: knative })).toEqual([]);
      const plain = trigger("apiVersion: v1");
      expect(shut([activator("namespaces: [web]")], { more: plain })).toEqual([]);
    });
    it("are carried by whom the class of the Broker says", () => {
      const filter = activator("principals: [cluster.local/ns/knative-eventing/sa/mt-broker-filter]");
      expect(shut([filter], { more: knative })).toEqual([]);
      expect(shut([filter], { more: `${knative}---${broker("Kafka")}` })).toEqual(["events error activator"]);
      expect(shut([filter], { more: `${knative}---${broker("MTChannelBasedBroker")}` })).toEqual([]);
      expect(shut([filter], { more: `${knative}---${broker("RabbitMQBroker")}` })).toEqual([]);
    });
    it("are shut at pods that they reach without the activator", () => {
      const annotations =
        "autoscaling.knative.dev/target-burst-capacity: '0', autoscaling.knative.dev/min-scale: '1'";
      const policy = from("knative-serving, istio-system");
      expect(shut([policy], { more: knative, annotations })).toEqual(["events error pod"]);
      // Behind the activator it is the activator's way that is shut.
      expect(shut([from("istio-system")], { more: knative })).toEqual([
        "activator error pod",
        "metrics warning pod",
      ]);
    });
  });
});
