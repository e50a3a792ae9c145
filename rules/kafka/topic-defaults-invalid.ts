import { read, readBoolean, valueOr } from "../../src/mesh/field.ts";
import { bootstrapLists, brokerConfigMaps, listsOfKafka } from "../../src/mesh/kafka-bootstrap.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { brokerCount, strimziCluster } from "../../src/mesh/strimzi.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { formatPath, type Path, toJson, type Value } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Where a resource writes the numbers of its topics. */
interface Places {
  readonly partitions: Path;
  readonly factor: Path;
  /** Data of a ConfigMap is text. */
  readonly text: boolean;
  /** What counts for the factor if it is left out; null: unknown, or no topic is made. */
  readonly usual: number | null;
}

function placesOf(resource: Resource): Places {
  if (resource.kind === kinds.ConfigMap) {
    const data = (key: string): Path => ["data", key];
    return {
      partitions: data("default.topic.partitions"),
      factor: data("default.topic.replication.factor"),
      text: true,
      usual: null,
    };
  }
  const kafka = resource.kind === kinds.KnativeKafka;
  const parent = kafka ? ["spec", "broker", "defaultConfig"] : ["spec"];
  const enabled = kafka && valueOr(readBoolean(resource, ["spec", "broker", "enabled"]), false);
  return {
    partitions: [...parent, "numPartitions"],
    factor: [...parent, "replicationFactor"],
    text: false,
    usual: enabled ? 3 : null,
  };
}

/** The number; null if the value is none that Kafka takes. */
function positive(value: Value, text: boolean): number | null {
  const number = text && typeof value === "string" && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : null;
}

const greatest = 32767;

function* checkNumber(
  resource: Resource,
  path: Path,
  text: boolean,
  most: number,
): Generator<Judgement, number | null> {
  const reading = read(resource, path);
  if (reading.state === "unknown") yield undecided(reading.why);
  if (reading.state !== "value") return null;
  const number = positive(reading.value, text);
  const said = `${formatPath(path.slice(-1))} is ${toJson(reading.value)}`;
  const advice = "write a positive whole number";
  if (number === null) {
    yield fail(at(resource, ...path), `${said}, no positive whole number`, { explains: path, advice });
  } else if (number > most) {
    yield fail(at(resource, ...path), `${said}, more than ${most}`, {
      explains: path,
      advice: `write ${most} at most`,
    });
  }
  return number;
}

/** The Kafka clusters of the set that hold the topics. */
function clustersOf(graph: Graph, resource: Resource): readonly Resource[] {
  const lists =
    resource.kind === kinds.KnativeKafka
      ? listsOfKafka(graph, resource).filter(({ path }) => path.includes("broker"))
      : bootstrapLists(graph).filter((list) => list.resource === resource);
  return lists
    .flatMap(({ addresses }) => addresses)
    .flatMap(({ host, port }) => {
      const found = strimziCluster(graph, host, port);
      return found.state === "fits" ? [found.kafka] : [];
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
    const { partitions, factor, text, usual } = placesOf(resource);
    yield* checkNumber(resource, partitions, text, 2 ** 31 - 1);
    const written = yield* checkNumber(resource, factor, text, greatest);
    const counts = written ?? (read(resource, factor).state === "absent" ? usual : null);
    if (counts === null || counts > greatest) return;
    const [kafka] = clustersOf(graph, resource);
    const brokers = kafka ? brokerCount(graph, kafka) : null;
    if (!kafka || brokers === null || counts <= brokers) return;
    const said =
      written === null ? `the default replication factor ${counts}` : `replication factor ${counts}`;
    yield fail(
      at(resource, ...factor),
      `${said} needs ${counts} brokers, and ${label(kafka)} has ${brokers}: topics cannot be made`,
      {
        severity: "warning",
        related: [{ at: at(kafka, "spec", "kafka", "replicas"), message: label(kafka) }],
        advice: `write ${brokers} at most`,
      },
    );
  },
});
