import { describe, expect, test } from "vitest";
import { bootstrapList, bootstrapLists } from "../../src/mesh/kafka-bootstrap.ts";
import {
  clusterName,
  egressSeverity,
  hasSidecars,
  isForKafka,
  isSameService,
  kafkaInMesh,
} from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { brokerCount, strimziCluster } from "../../src/mesh/strimzi.ts";
import { graphOf, only } from "../support/graph.ts";

const smcp = (spec = "{version: v2.4}"): string =>
  `{apiVersion: maistra.io/v2, kind: ServiceMeshControlPlane, metadata: {name: basic, namespace: istio-system}, spec: ${spec}}\n---\n`;
const roll = (members: string): string =>
  `{apiVersion: maistra.io/v1, kind: ServiceMeshMemberRoll, metadata: {name: default, namespace: istio-system}, spec: {members: [${members}]}}\n---\n`;
const serving = (ingress: string): string =>
  `{apiVersion: operator.knative.dev/v1beta1, kind: KnativeServing, metadata: {name: s, namespace: knative-serving}, spec: {ingress: {${ingress}: {enabled: true}}}}\n---\n`;
const knativeKafka = (spec: string): string =>
  `{apiVersion: operator.serverless.openshift.io/v1alpha1, kind: KnativeKafka, metadata: {name: k, namespace: knative-eventing}, spec: ${spec}}\n---\n`;
const strimzi = (spec: string, name = "events", namespace = "streams"): string =>
  `{apiVersion: kafka.strimzi.io/v1beta2, kind: Kafka, metadata: {name: ${name}, namespace: ${namespace}}, spec: {kafka: ${spec}}}\n---\n`;

describe("a bootstrap list", () => {
  const source = (list: string): string =>
    `{apiVersion: sources.knative.dev/v1beta1, kind: KafkaSource, metadata: {name: s, namespace: shop}, spec: {bootstrapServers: ${list}}}`;
  test.each([
    ["[a.b:9092]", ["a.b 9092"], 0, false],
    ['["a.b:9092,c.d:9093", 7]', ["a.b 9092", "c.d 9093"], 0, false],
    ['"a.b:9092, c.d.:9093,"', ["a.b 9092", "c.d 9093"], 0, false],
    ['["[fd00::1]:9092"]', ["fd00::1 9092"], 0, false],
    ['["a.b", "PLAINTEXT://a.b:1", "a.b:0", "a.b:65536", ":9092"]', [], 5, false],
    ['["${KAFKA}", "a.b:1"]', ["a.b 1"], 0, true],
    ['"${KAFKA}"', [], 0, true],
  ])("%s", (list, addresses, malformed, open) => {
    const graph = graphOf(source(list));
    const found = bootstrapList(only(graph, kinds.KafkaSource, "s"), ["spec", "bootstrapServers"], ["x"]);
    expect(found?.addresses.map(({ host, port }) => `${host} ${port}`)).toEqual(addresses);
    expect(found?.malformed).toHaveLength(malformed);
    expect(found?.needs !== null).toBe(open);
  });

  test.each(["7", "{}", "null"])("%s is none", (list) => {
    const graph = graphOf(source(list));
    expect(bootstrapList(only(graph, kinds.KafkaSource, "s"), ["spec", "bootstrapServers"], [])).toBeNull();
  });

  const broker = (config: string, kind = "KafkaNamespaced"): string =>
    `{apiVersion: eventing.knative.dev/v1, kind: Broker, metadata: {name: b, namespace: shop, annotations: {eventing.knative.dev/broker.class: ${kind}}}, spec: ${config}}\n---\n`;
  const map = (name: string, namespace: string): string =>
    `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: ${namespace}}, data: {bootstrap.servers: "a.b:1"}}\n---\n`;
  test.each([
    ["of its own", broker("{config: {name: m}}") + map("m", "shop"), [["knative-eventing", "shop"]]],
    [
      "the operator's",
      broker("{}") + map("kafka-broker-config", "knative-eventing"),
      [["knative-eventing", "shop"]],
    ],
    [
      "of the shared data plane",
      broker("{config: {name: m}}", "Kafka") + map("m", "shop"),
      [["knative-eventing"]],
    ],
    ["of another class", broker("{config: {name: m}}", "MTChannelBasedBroker") + map("m", "shop"), []],
    ["not known", broker('{config: {name: "${M}"}}') + map("m", "shop"), []],
  ])("a Broker's ConfigMap, %s", (_name, text, wanted) => {
    expect(bootstrapLists(graphOf(text)).map(({ clients }) => clients)).toEqual(wanted);
  });
});

test.each([
  ["kafka", "kafka knative-eventing"],
  ["kafka.streams", "kafka streams"],
  ["kafka.streams.svc", "kafka streams"],
  ["Kafka.Streams.svc.cluster.local.", "kafka streams"],
  ["b-0.kafka.streams.svc.cluster.local", "kafka streams"],
  ["kafka.streams.svc.other.local", null],
  ["kafka.example", null],
  ["kafka.de", null],
  ["kafka.shop", "kafka shop"],
  ["b1.kafka.example.com", null],
  ["a.svc", null],
  ["10.0.0.1", null],
])("%s names Service %s", (host, wanted) => {
  const graph = graphOf("{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: shop}}");
  const found = clusterName(graph, host);
  expect(found && `${found.service} ${found.namespace}`).toBe(wanted);
  expect(isSameService(graph, host, "kafka.streams")).toBe(wanted === "kafka streams");
});

describe("Kafka's own sidecars", () => {
  const members = roll("knative-serving, knative-eventing, streams");
  const base = smcp() + serving("istio");
  const sail =
    "{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {namespace: istio-system}}\n---\n";
  const injected = "{template: {pod: {metadata: {labels: {sidecar.istio.io/inject: true}}}}}";
  const pod =
    '{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: kafka, namespace: streams}, spec: {template: {metadata: {labels: {sidecar.istio.io/inject: "true"}}, spec: {}}}}\n---\n';
  const namespace =
    "{apiVersion: v1, kind: Namespace, metadata: {name: streams, labels: {istio-injection: enabled}}}\n---\n";
  test.each([
    ["no mesh", serving("kourier"), "no"],
    ["no member", base + roll("knative-serving"), "no"],
    ["a member, nothing more", base + members, "unknown"],
    ["a roll that is not known", base + roll('knative-serving, "${NS}"'), "unknown"],
    ["asked for of Strimzi", base + members + strimzi(injected), "yes"],
    ["not asked for of Strimzi", base + members + strimzi("{}"), "no"],
    ["a workload of its own", base + members + pod, "yes"],
    ["Service Mesh 3", sail + serving("istio"), "no"],
    ["Service Mesh 3 by the namespace", sail + serving("istio") + namespace, "yes"],
  ])("%s", (_name, text, wanted) => {
    expect(hasSidecars(graphOf(text), "kafka.streams").state).toBe(wanted);
  });

  test.each([
    ["{version: v2.4}", "kafka.streams", "error"],
    ["{version: v2.4}", "kafka.example.com", "warning"],
    [
      "{version: v2.4, proxy: {networking: {trafficControl: {outbound: {policy: REGISTRY_ONLY}}}}}",
      "kafka.example.com",
      "error",
    ],
    [
      "{version: v2.4, meshConfig: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}",
      "kafka.example.com",
      "error",
    ],
  ])("%s: no entry for %s is an %s", (spec, host, wanted) => {
    expect(egressSeverity(graphOf(smcp(spec) + serving("istio") + roll("knative-serving")), host)).toBe(
      wanted,
    );
  });
});

test.each([
  ["nothing", "", "no"],
  ["a Serving with Istio", serving("istio") + knativeKafka("{}"), "yes"],
  ["a Serving with Kourier", serving("kourier") + knativeKafka("{}"), "no"],
  ["alone", knativeKafka("{}"), "no"],
  ["beside a roll", roll("knative-serving") + knativeKafka("{}"), "unknown"],
])("Kafka in the mesh: %s", (_name, text, wanted) => {
  expect(kafkaInMesh(graphOf(text)).state).toBe(wanted);
});

test.each([
  ["{hosts: [my-kafka.example.com]}", true],
  ["{hosts: [events.example.com], ports: [{number: 9094, name: a}]}", true],
  ["{hosts: [events.example.com], ports: [{number: 443, name: a}]}", false],
])("%s is for Kafka: %s", (spec, wanted) => {
  const graph = graphOf(
    `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop}, spec: ${spec}}`,
  );
  expect(isForKafka(graph, only(graph, kinds.ServiceEntry, "e"))).toBe(wanted);
});

describe("the Strimzi cluster of an address", () => {
  const internal = "{listeners: [{name: a, port: 9092, type: internal}, {name: b, port: 9094, type: route}]}";
  test.each([
    ["fits", strimzi(internal), "events-kafka-bootstrap.streams", 9092, "fits"],
    ["port of an outer listener", strimzi(internal), "events-kafka-bootstrap.streams", 9094, "other"],
    ["no inner listener", strimzi("{listeners: []}"), "events-kafka-bootstrap.streams", 9092, "other"],
    ["old form", strimzi("{listeners: {tls: {}}}"), "events-kafka-bootstrap.streams", 9093, "fits"],
    ["listeners not known", strimzi("{}"), "events-kafka-bootstrap.streams", 1, "fits"],
    [
      "a port not known",
      strimzi('{listeners: [{port: "${P}"}]}'),
      "events-kafka-bootstrap.streams",
      1,
      "fits",
    ],
    ["another namespace", strimzi(internal), "events-kafka-bootstrap.kafka", 9092, "other"],
    ["another name", strimzi(internal), "event-kafka-bootstrap.streams", 9092, "other"],
    [
      "one of several",
      strimzi(internal) + strimzi(internal, "more"),
      "x-kafka-bootstrap.streams",
      9092,
      "none",
    ],
    ["another cluster", strimzi(internal), "x-kafka-bootstrap.kafka", 9092, "none"],
    ["another Service", strimzi(internal), "events.streams", 9092, "none"],
    ["outside", strimzi(internal), "kafka.example.com", 9092, "none"],
  ])("%s", (_name, text, host, port, wanted) => {
    expect(strimziCluster(graphOf(text), host, port).state).toBe(wanted);
  });

  const pool = (name: string, spec: string): string =>
    `{apiVersion: kafka.strimzi.io/v1beta2, kind: KafkaNodePool, metadata: {name: ${name}, namespace: streams, labels: {strimzi.io/cluster: events}}, spec: ${spec}}\n---\n`;
  test.each([
    [strimzi("{replicas: 3}"), 3],
    [strimzi("{}"), null],
    [
      strimzi("{}") +
        pool("a", "{replicas: 2, roles: [broker]}") +
        pool("b", "{replicas: 3, roles: [controller]}"),
      2,
    ],
    [strimzi("{}") + pool("a", '{replicas: "${N}", roles: [broker]}'), null],
  ])("brokers of %s", (text, wanted) => {
    const graph = graphOf(text);
    expect(brokerCount(graph, only(graph, kinds.StrimziKafka, "events"))).toBe(wanted);
  });
});
