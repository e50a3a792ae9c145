import { brokerConfigMaps } from "../../src/mesh/kafka-bootstrap.ts";
import { topicCluster, topicDefaults, type TopicNumber } from "../../src/mesh/kafka-topics.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { formatPath, toJson } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkNumber(
  resource: Resource,
  { path, written, number, most }: TopicNumber,
): Generator<Judgement> {
  if (written.state === "unknown") yield undecided(written.why);
  if (written.state !== "value") return;
  const said = `${formatPath(path.slice(-1))} is ${toJson(written.value)}`;
  if (number === null)
    yield fail(at(resource, ...path), `${said}, no positive whole number`, {
      explains: path,
      advice: "write a positive whole number",
    });
  else if (number > most)
    yield fail(at(resource, ...path), `${said}, more than ${most}`, {
      explains: path,
      advice: `write ${most} at most`,
    });
}

export const rule = defineRule({
  id: "kafka/topic-defaults-invalid",
  summary: "Partitions or replication factor of Kafka topics are numbers that Kafka cannot use.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator olm-catalog/serverless-operator/manifests/operator_v1alpha1_knativekafka_crd.yaml",
  ],
  fix: "none",
  reads: [kinds.KnativeKafka, kinds.KafkaChannel, kinds.KafkaSink, kinds.ConfigMap],
  subjects: (graph) => [
    ...graph.own(kinds.KnativeKafka, kinds.KafkaChannel, kinds.KafkaSink),
    ...brokerConfigMaps(graph).filter(({ standing }) => standing === "own"),
  ],
  *check(resource, graph) {
    const { partitions, factor, replicas } = topicDefaults(resource);
    yield* checkNumber(resource, partitions);
    yield* checkNumber(resource, factor);
    if (replicas === null || replicas > factor.most) return;
    const cluster = topicCluster(graph, resource);
    if (!cluster || replicas <= cluster.brokers) return;
    const { kafka, brokers } = cluster;
    const said = factor.number === null ? "the default replication factor" : "replication factor";
    yield fail(
      at(resource, ...factor.path),
      `${said} ${replicas} needs ${replicas} brokers, and ${label(kafka)} has ${brokers}: topics cannot be made`,
      {
        severity: "warning",
        related: [{ at: at(kafka, "spec", "kafka", "replicas"), message: label(kafka) }],
        advice: `write ${brokers} at most`,
      },
    );
  },
});
