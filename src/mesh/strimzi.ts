import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Value } from "../model/value.ts";
import { labelValue, readList, readNumber, valueOr } from "./field.ts";
import { clusterName } from "./kafka-egress.ts";
import { kinds } from "./kinds.ts";

/** What Strimzi makes of the Kafka clusters at hand, compared with a bootstrap address. */
export type StrimziAnswer =
  | { readonly state: "fits"; readonly kafka: Resource }
  /** The host follows Strimzi's naming, and the one cluster that it can mean is another one. */
  | { readonly state: "other"; readonly kafka: Resource; readonly said: string }
  /** No cluster at hand is meant, or nothing is known of it. */
  | { readonly state: "none" };

const suffix = "-kafka-bootstrap";

/** Ports of the bootstrap Service for clients in the cluster; null if they are not known. */
function internalPorts(kafka: Resource): readonly number[] | null {
  const listeners = valueAt(kafka.value, ["spec", "kafka", "listeners"]);
  // v1beta1: a mapping with fixed ports.
  if (isMapping(listeners)) return [...(listeners.plain ? [9092] : []), ...(listeners.tls ? [9093] : [])];
  if (!isList(listeners)) return null;
  const ports = listeners
    .filter((listener) => (valueAt(listener, ["type"]) ?? "internal") === "internal")
    .map((listener) => valueAt(listener, ["port"]));
  return ports.every((port) => typeof port === "number") ? (ports as readonly number[]) : null;
}

/**
 * The Kafka cluster of the set that a bootstrap address names: `<cluster>-kafka-bootstrap.<namespace>` (Strimzi
 * `cluster-operator` KafkaResources.java), with a port of one of its internal listeners.
 */
export function strimziCluster(graph: Graph, host: string, port: number): StrimziAnswer {
  const name = clusterName(graph, host);
  const clusters = graph.all(kinds.StrimziKafka).filter(({ namespace }) => namespace !== null);
  if (name === null || !name.service.endsWith(suffix)) return { state: "none" };
  const wanted = name.service.slice(0, -suffix.length);
  const exact = clusters.find((kafka) => kafka.name === wanted && kafka.namespace === name.namespace);
  if (exact) {
    const ports = internalPorts(exact);
    if (ports === null || ports.includes(port)) return { state: "fits", kafka: exact };
    const said =
      ports.length === 0 ? "no internal listener" : `internal listeners on ${ports.join(", ")} only`;
    return { state: "other", kafka: exact, said: `has ${said}` };
  }
  const elsewhere = clusters.filter((kafka) => kafka.name === wanted);
  const beside = clusters.filter((kafka) => kafka.namespace === name.namespace);
  const [kafka, ...others] = elsewhere.length > 0 ? elsewhere : beside;
  if (!kafka || others.length > 0) return { state: "none" };
  const said = elsewhere.length > 0 ? `is in namespace ${kafka.namespace}` : `is named ${kafka.name}`;
  return { state: "other", kafka, said };
}

/** The number of brokers of a cluster: of its node pools, else of the Kafka itself; null if it is not known. */
export function brokerCount(graph: Graph, kafka: Resource): number | null {
  const pools = graph.all(kinds.StrimziNodePool).filter((pool) => {
    const cluster = valueOr(labelValue(pool, "strimzi.io/cluster"), "");
    const roles: readonly Value[] = valueOr(readList(pool, ["spec", "roles"]), []);
    return pool.namespace === kafka.namespace && cluster === kafka.name && roles.includes("broker");
  });
  const counts =
    pools.length > 0
      ? pools.map((pool) => readNumber(pool, ["spec", "replicas"]))
      : [readNumber(kafka, ["spec", "kafka", "replicas"])];
  const known = counts.flatMap((count) => (count.state === "value" ? [count.value] : []));
  return known.length === counts.length ? known.reduce((sum, count) => sum + count, 0) : null;
}
