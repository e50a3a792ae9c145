import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import type { Path, Value } from "../model/value.ts";
import { read, readBoolean, type Reading, valueOr } from "./field.ts";
import { bootstrapLists, listsOfKafka } from "./kafka-bootstrap.ts";
import { kinds } from "./kinds.ts";
import { brokerCount, strimziCluster } from "./strimzi.ts";

/** A number for the topics that are made: partitions, or replication factor. */
export interface TopicNumber {
  readonly path: Path;
  readonly written: Reading<Value>;
  /** Null if nothing is written, or nothing that is a positive whole number. */
  readonly number: number | null;
  /** The greatest that Kafka takes. */
  readonly most: number;
}

export interface TopicDefaults {
  readonly partitions: TopicNumber;
  readonly factor: TopicNumber;
  /** The factor that topics get: the default of Brokers where none is written. Null: unknown, or no topic is made. */
  readonly replicas: number | null;
}

/** Data of a ConfigMap is text. */
function positive(value: Value, isText: boolean): number | null {
  const number =
    isText && typeof value === "string" && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : null;
}

function topicNumber(resource: Resource, path: Path, most: number): TopicNumber {
  const written = read(resource, path);
  const isText = resource.kind === kinds.ConfigMap;
  return { path, written, most, number: written.state === "value" ? positive(written.value, isText) : null };
}

const usualFactor = 3;

/** What a KnativeKafka, a channel, a sink or the ConfigMap of Brokers says about the topics that are made for it. */
export function topicDefaults(resource: Resource): TopicDefaults {
  const isKafka = resource.kind === kinds.KnativeKafka;
  const parent = isKafka ? ["spec", "broker", "defaultConfig"] : ["spec"];
  const inMap = resource.kind === kinds.ConfigMap;
  const partitions = inMap ? ["data", "default.topic.partitions"] : [...parent, "numPartitions"];
  const path = inMap ? ["data", "default.topic.replication.factor"] : [...parent, "replicationFactor"];
  const factor = topicNumber(resource, path, 2 ** 15 - 1);
  const makesBrokers = isKafka && valueOr(readBoolean(resource, ["spec", "broker", "enabled"]), false);
  const usual = makesBrokers && factor.written.state === "absent" ? usualFactor : null;
  return {
    partitions: topicNumber(resource, partitions, 2 ** 31 - 1),
    factor,
    replicas: factor.number ?? usual,
  };
}

/** The Kafka cluster of the set that holds the topics, with the number of its brokers; null if it is not at hand. */
export function topicCluster(
  graph: Graph,
  resource: Resource,
): { readonly kafka: Resource; readonly brokers: number } | null {
  const lists =
    resource.kind === kinds.KnativeKafka
      ? listsOfKafka(graph, resource).filter(({ path }) => path.includes("broker"))
      : bootstrapLists(graph).filter((list) => list.resource === resource);
  const [kafka] = lists
    .flatMap(({ addresses }) => addresses)
    .flatMap(({ host, port }) => {
      const found = strimziCluster(graph, host, port);
      return found.state === "fits" ? [found.kafka] : [];
    });
  const brokers = kafka ? brokerCount(graph, kafka) : null;
  return kafka && brokers !== null ? { kafka, brokers } : null;
}
