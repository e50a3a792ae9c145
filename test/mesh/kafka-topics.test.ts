import { describe, expect, test } from "vitest";
import { topicCluster, topicDefaults } from "../../src/mesh/kafka-topics.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { graphOf, only } from "../support/graph.ts";

const kafka = (spec: string): string =>
  `{apiVersion: operator.serverless.openshift.io/v1alpha1, kind: KnativeKafka, metadata: {name: k, namespace: knative-eventing}, spec: ${spec}}\n---\n`;
const map = (data: string): string =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: kafka-broker-config, namespace: knative-eventing}, data: ${data}}\n---\n`;
const strimzi = (spec: string): string =>
  `{apiVersion: kafka.strimzi.io/v1beta2, kind: Kafka, metadata: {name: events, namespace: streams}, spec: {kafka: ${spec}}}\n---\n`;

describe("the numbers of a KnativeKafka's topics", () => {
  test.each([
    ["defaults of Brokers", "{broker: {enabled: true}}", null, 3],
    ["no Brokers", "{broker: {enabled: false}}", null, null],
    ["written", "{broker: {enabled: true, defaultConfig: {replicationFactor: 2}}}", 2, 2],
    ["zero", "{broker: {enabled: true, defaultConfig: {replicationFactor: 0}}}", null, null],
    ["text", '{broker: {enabled: true, defaultConfig: {replicationFactor: "2"}}}', null, null],
    ["left open", '{broker: {enabled: true, defaultConfig: {replicationFactor: "${N}"}}}', null, null],
  ])("%s", (_name, spec, number, replicas) => {
    const found = topicDefaults(only(graphOf(kafka(spec)), kinds.KnativeKafka, "k"));
    expect([found.factor.number, found.replicas]).toEqual([number, replicas]);
    expect(found.partitions.path).toEqual(["spec", "broker", "defaultConfig", "numPartitions"]);
  });
});

test.each([
  ['{default.topic.partitions: "10", default.topic.replication.factor: " 3 "}', 10, 3],
  ['{default.topic.partitions: "1e1", default.topic.replication.factor: "-1"}', null, null],
  ["{}", null, null],
])("the numbers of a ConfigMap are text: %s", (data, partitions, factor) => {
  const found = topicDefaults(only(graphOf(map(data)), kinds.ConfigMap, "kafka-broker-config"));
  expect([found.partitions.number, found.factor.number]).toEqual([partitions, factor]);
  expect(found.replicas).toBe(factor);
});

test("a channel has them at the top, and makes no topic of its own without them", () => {
  const text =
    "{apiVersion: messaging.knative.dev/v1beta1, kind: KafkaChannel, metadata: {name: c, namespace: shop}, spec: {numPartitions: 4}}";
  const found = topicDefaults(only(graphOf(text), kinds.KafkaChannel, "c"));
  expect([found.partitions.number, found.factor.path, found.replicas]).toEqual([
    4,
    ["spec", "replicationFactor"],
    null,
  ]);
});

describe("the cluster that holds them", () => {
  const list = "bootstrapServers: events-kafka-bootstrap.streams:9092";
  const brokers = kafka(`{broker: {enabled: true, defaultConfig: {${list}}}}`);
  test.each([
    ["that of the Brokers", brokers + strimzi("{replicas: 2}"), 2],
    ["of channels only", kafka(`{channel: {enabled: true, ${list}}}`) + strimzi("{replicas: 2}"), null],
    ["elsewhere", brokers, null],
    ["with brokers that nobody counted", brokers + strimzi("{}"), null],
  ])("%s", (_name, text, wanted) => {
    const graph = graphOf(text);
    expect(topicCluster(graph, only(graph, kinds.KnativeKafka, "k"))?.brokers ?? null).toBe(wanted);
  });

  test("of a ConfigMap", () => {
    const graph = graphOf(
      map("{bootstrap.servers: events-kafka-bootstrap.streams:9092}") + strimzi("{replicas: 1}"),
    );
    expect(topicCluster(graph, only(graph, kinds.ConfigMap, "kafka-broker-config"))?.brokers).toBe(1);
  });
});
