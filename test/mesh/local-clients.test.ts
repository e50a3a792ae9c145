import { describe, expect, it } from "vitest";
import { kinds } from "../../src/mesh/kinds.ts";
import {
  clientTexts,
  eventSenders,
  eventUris,
  localGatewayTls,
  localNamesIn,
} from "../../src/mesh/local-clients.ts";
import { graphOf, only } from "../support/graph.ts";

const shop = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: shop, namespace: team}
spec: {template: {spec: {containers: [{image: shop}]}}}
`;

describe("names of Knative Services in a text", () => {
  const graph = graphOf(shop);

  it.each([
    ["http://shop.team.svc.cluster.local/pay?x=1", ["shop.team.svc.cluster.local"]],
    ["--to=shop.team.svc:80", ["shop.team.svc"]],
    ["http://shop.team", ["shop.team"]],
    ["shop.team", ["shop.team"]],
    ["shop.team:8080/pay", ["shop.team"]],
    ["SHOP.Team.svc.cluster.local.", ["shop.team.svc.cluster.local"]],
    ["a: http://shop.team.svc\nb: https://shop.team", ["shop.team.svc", "shop.team"]],
    ["see shop.team", []],
    ["shop.team is open", []],
    ["mail@shop.team.svc", []],
    ["_shop.team.svc", []],
    ["shop.team.svc_x", []],
    ["my-shop.team.svc", []],
    ["shop.team.svc.cluster.local.example.com", []],
    ["shop", []],
    ["", []],
  ])("%s", (text, expected) => {
    expect(localNamesIn(graph, text)).toEqual(expected);
  });

  it("knows no service whose namespace is not known, or that another ingress serves", () => {
    expect(localNamesIn(graphOf(shop.replace(", namespace: team", "")), "http://shop.team.svc")).toEqual([]);
    const other = shop.replace(
      "namespace: team",
      "namespace: team, annotations: {networking.knative.dev/ingress-class: other}",
    );
    expect(localNamesIn(graphOf(other), "http://shop.team.svc")).toEqual([]);
  });

  it("takes a long text in one pass", () => {
    expect(localNamesIn(graph, "a-".repeat(100_000))).toEqual([]);
  });
});

describe("the TLS mode of the local gateway", () => {
  const gateway = (servers: string) => `
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: {name: knative-local-gateway, namespace: knative-serving}
spec: {servers: ${servers}}
`;
  it.each([
    ["[{port: {number: 8081}, tls: {mode: ISTIO_MUTUAL}}]", "mutual"],
    ["[{port: {number: 8081}}]", "other"],
    ["[]", "other"],
    ["text", "other"],
    ["<your-servers>", "unknown"],
  ])("%s: %s", (servers, mode) => {
    expect(localGatewayTls(graphOf(gateway(servers)))).toBe(mode);
  });

  it("is not known without the gateway, and is none where one candidate has none", () => {
    expect(localGatewayTls(graphOf(shop))).toBe("unknown");
    const both = [gateway("[{tls: {mode: ISTIO_MUTUAL}}]"), gateway("[]")].join("---");
    expect(localGatewayTls(graphOf(both))).toBe("other");
  });
});

describe("the texts that a workload gets", () => {
  it("are its arguments, its environment, and the ConfigMaps that it reads", () => {
    const graph = graphOf(`
apiVersion: v1
kind: ConfigMap
metadata: {name: one, namespace: team}
data: {a: from a, b: from b, c: 1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: empty, namespace: team}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: team}
spec:
  initContainers: [{name: i, command: [first, 2]}]
  containers:
    - name: c
      args: [second]
      env:
        - {name: A, value: third}
        - {name: B, valueFrom: {configMapKeyRef: {name: one, key: b}}}
        - {name: C, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      envFrom: [{configMapRef: {name: empty}}, {secretRef: {name: one}}]
  volumes: [{name: v, configMap: {name: one}}, {name: w, emptyDir: {}}, {name: x, configMap: {name: none}}]
`);
    const [pod] = graph.podsOf(only(graph, kinds.Pod, "client"));
    const texts = pod ? clientTexts(graph, pod) : [];
    expect(texts.map(({ text, path, source }) => [text, path.at(-1), source?.path.at(-1) ?? null])).toEqual([
      ["first", 0, null],
      ["second", 0, null],
      ["third", "value", null],
      ["from b", "configMapKeyRef", "b"],
      ["from a", "configMap", "a"],
      ["from b", "configMap", "b"],
    ]);
  });
});

describe("who sends events", () => {
  const eventing = `
apiVersion: operator.knative.dev/v1beta1
kind: KnativeEventing
metadata: {name: knative-eventing, namespace: knative-eventing}
spec: {}
---
apiVersion: operator.serverless.openshift.io/v1alpha1
kind: KnativeKafka
metadata: {name: knative-kafka, namespace: knative-eventing}
spec:
  broker: {enabled: true, defaultConfig: {bootstrapServers: "kafka:9092"}}
  channel: {enabled: true, bootstrapServers: "kafka:9092"}
---
`;
  function senders(yaml: string, kind: string, name: string) {
    const graph = graphOf(eventing + yaml);
    const { pods, open } = eventSenders(graph, only(graph, kind, name));
    return { names: pods.map((pod) => pod.resource.name).sort(), open };
  }
  const trigger = `
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: t, namespace: team}
spec: {broker: default}
---
`;
  const broker = (annotations: string) => `
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: default, namespace: team, annotations: ${annotations}}
spec: {}
`;
  const className = "eventing.knative.dev/broker.class";

  it("is the broker's filter or dispatcher for a Trigger, by the broker's class", () => {
    const known = (name: string) => senders(trigger + broker(`{${className}: ${name}}`), kinds.Trigger, "t");
    expect(known("MTChannelBasedBroker")).toEqual({ names: ["mt-broker-filter"], open: false });
    expect(known("Kafka")).toEqual({ names: ["kafka-broker-dispatcher"], open: false });
    const both = { names: ["kafka-broker-dispatcher", "mt-broker-filter"], open: false };
    expect(known("Mine")).toEqual(both);
    expect(senders(trigger + broker("{}"), kinds.Trigger, "t")).toEqual(both);
    expect(senders(trigger, kinds.Trigger, "t")).toEqual(both);
    expect(senders(broker(`{${className}: Kafka}`), kinds.Broker, "default").names).toEqual([
      "kafka-broker-dispatcher",
    ]);
  });

  it("is the channel's dispatcher for a Subscription", () => {
    const of = (kind: string) =>
      senders(
        `apiVersion: messaging.knative.dev/v1\nkind: Subscription\nmetadata: {name: s, namespace: team}\nspec: {channel: {kind: ${kind}}}\n`,
        kinds.MessagingSubscription,
        "s",
      ).names;
    expect(of("InMemoryChannel")).toEqual(["imc-dispatcher"]);
    expect(of("KafkaChannel")).toEqual(["kafka-channel-dispatcher"]);
    expect(of("Channel")).toEqual(["imc-dispatcher", "kafka-channel-dispatcher"]);
  });

  it("may run outside the set", () => {
    const graph = graphOf(trigger);
    expect(eventSenders(graph, only(graph, kinds.Trigger, "t"))).toEqual({ pods: [], open: true });
  });

  it("sends to every URI that a resource names", () => {
    const graph = graphOf(`
apiVersion: sources.knative.dev/v1
kind: PingSource
metadata: {name: p, namespace: team}
spec: {sink: {uri: "http://a"}, delivery: {deadLetterSink: {uri: "http://b"}}}
`);
    const uris = eventUris(only(graph, kinds.PingSource, "p"));
    expect(uris.map(({ text, path }) => `${path.join(".")} ${text}`)).toEqual([
      "spec.sink.uri http://a",
      "spec.delivery.deadLetterSink.uri http://b",
    ]);
  });
});
