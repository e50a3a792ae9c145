import type { Graph } from "../model/graph.ts";
import { isCapitalsPlaceholder, isUnknown } from "../model/placeholder.ts";
import type { Resource } from "../model/resource.ts";
import { formatPath, isList } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { annotation, read, readBoolean, readString, readText, valueOr } from "./field.ts";
import { kinds } from "./kinds.ts";
import { once } from "./memo.ts";
import { eventingNamespace } from "./namespaces.ts";

/** `host:port` of a bootstrap list. */
export interface BootstrapAddress {
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** The field with the text: the list itself where it is one text with commas. */
  readonly path: Path;
}

/** A field that says where Kafka is. */
export interface BootstrapList {
  readonly resource: Resource;
  readonly path: Path;
  readonly addresses: readonly BootstrapAddress[];
  /** Entries that are no `host:port`. */
  readonly malformed: readonly { readonly text: string; readonly path: Path }[];
  /** What is not known of it; null if all of it is. */
  readonly needs: string | null;
  /** Namespaces whose pods connect to it. */
  readonly clients: readonly string[];
}

const address =
  /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?)\.?):(\d{1,5})$/;

function parseAddress(text: string, path: Path): BootstrapAddress | null {
  const match = address.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65535) return null;
  return { text, host: match[1] ?? match[2] ?? "", port, path };
}

/** Whether an entry, or its host, is left to be filled in (definition D12). */
function isOpen(text: string): boolean {
  return isUnknown(text) || isCapitalsPlaceholder(text.replace(/:\d+$/, ""));
}

/** The addresses of a text with commas, or of a list of texts; null if there is nothing, or of another type. */
function parseList(value: Value, path: Path): readonly (readonly [string, Path])[] | null {
  const split = (text: string, at: Path): readonly (readonly [string, Path])[] =>
    text.split(",").flatMap((part) => (part.trim() === "" ? [] : [[part.trim(), at] as const]));
  if (typeof value === "string") return split(value, path);
  if (!isList(value)) return null;
  return value.flatMap((item, index) => (typeof item === "string" ? split(item, [...path, index]) : []));
}

/** What a field says about where Kafka is; null if it is absent, or no text. */
export function bootstrapList(
  resource: Resource,
  path: Path,
  clients: readonly string[],
): BootstrapList | null {
  const reading = read(resource, path);
  const needs = `${formatPath(path)} of ${resource.id.kind} ${resource.name}`;
  const list = { resource, path, addresses: [], malformed: [], needs: null, clients };
  if (reading.state === "unknown") return { ...list, needs };
  const texts = reading.state === "value" ? parseList(reading.value, path) : null;
  if (texts === null) return null;
  const known = texts.filter(([text]) => !isOpen(text));
  const parsed = known.map(([text, at]) => ({ text, path: at, address: parseAddress(text, at) }));
  return {
    ...list,
    addresses: parsed.flatMap((entry) => entry.address ?? []),
    malformed: parsed.filter((entry) => entry.address === null),
    needs: known.length < texts.length ? needs : null,
  };
}

type KafkaPart = "channel" | "broker";

/** Where the parts of a KnativeKafka have their lists. */
export const bootstrapPath: Readonly<Record<KafkaPart, Path>> = {
  channel: ["spec", "channel", "bootstrapServers"],
  broker: ["spec", "broker", "defaultConfig", "bootstrapServers"],
};

/** Whether a part of a KnativeKafka is switched on; a placeholder counts as on. */
function isEnabled(kafka: Resource, part: KafkaPart): boolean {
  return valueOr(readBoolean(kafka, ["spec", part, "enabled"]), false);
}

/** Where the Kafka components of an operator's resource run. */
export function dataPlaneNamespace(kafka: Resource): string {
  return kafka.namespace ?? eventingNamespace;
}

const brokerClassKey = "eventing.knative.dev/broker.class";
export const brokerConfigName = "kafka-broker-config";

/** Brokers of Kafka, and whether their data plane runs in their own namespace. */
export const kafkaBrokers = once(
  (graph: Graph): readonly { readonly broker: Resource; readonly own: boolean }[] =>
    graph.all(kinds.Broker).flatMap((broker) => {
      const kind = valueOr(annotation(broker, brokerClassKey), "");
      return kind === "Kafka" || kind === "KafkaNamespaced"
        ? [{ broker, own: kind === "KafkaNamespaced" }]
        : [];
    }),
);

/** The ConfigMap that a Broker names, or the operator's default. */
function configOfBroker(
  broker: Resource,
): { readonly name: string; readonly namespace: string | null } | null {
  const name = readString(broker, ["spec", "config", "name"]);
  const namespace = readString(broker, ["spec", "config", "namespace"]);
  if (name.state === "unknown" || namespace.state === "unknown") return null;
  if (name.state === "absent") return { name: brokerConfigName, namespace: eventingNamespace };
  return { name: name.value, namespace: valueOr(namespace, broker.namespace) };
}

/** Namespaces with a data plane of their own for Brokers that use a ConfigMap. */
function ownDataPlanes(graph: Graph, name: string, namespace: string | null): readonly string[] {
  return kafkaBrokers(graph).flatMap(({ broker, own }) => {
    const config = own ? configOfBroker(broker) : null;
    const same = config?.name === name && config.namespace === namespace;
    return same ? (broker.namespace ?? []) : [];
  });
}

/** The ConfigMaps that Kafka's Brokers use, as far as they are at hand. */
export const brokerConfigMaps = once((graph: Graph): readonly Resource[] => {
  const wanted = [
    { name: brokerConfigName, namespace: eventingNamespace },
    ...kafkaBrokers(graph).flatMap(({ broker }) => configOfBroker(broker) ?? []),
  ];
  const isNamed = (map: Resource): boolean =>
    wanted.some(({ name, namespace }) => map.name === name && map.namespace === namespace);
  return graph.all(kinds.ConfigMap).filter(isNamed);
});

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** The lists that a KnativeKafka itself has, of the parts that are switched on. */
export function listsOfKafka(graph: Graph, kafka: Resource): readonly BootstrapList[] {
  const home = dataPlaneNamespace(kafka);
  const parts: readonly (readonly [KafkaPart, readonly string[]])[] = [
    ["channel", []],
    ["broker", ownDataPlanes(graph, brokerConfigName, eventingNamespace)],
  ];
  return parts.flatMap(([part, others]) =>
    isEnabled(kafka, part)
      ? (bootstrapList(kafka, bootstrapPath[part], unique([home, ...others])) ?? [])
      : [],
  );
}

/** The list of one part of a KnativeKafka; null if there is none that counts. */
export function listOfPart(kafka: Resource, part: KafkaPart): BootstrapList | null {
  const list = bootstrapList(kafka, bootstrapPath[part], [dataPlaneNamespace(kafka)]);
  const isEmpty = list !== null && list.addresses.length + list.malformed.length === 0 && list.needs === null;
  return isEmpty ? null : list;
}

/** Brokers get it from a ConfigMap of their own, or from what the operator is told to put into its one. */
export function isGivenElsewhere(graph: Graph, kafka: Resource): boolean {
  const isGiven = (resource: Resource, path: Path): boolean => readText(resource, path).state !== "absent";
  return (
    brokerConfigMaps(graph).some((map) => isGiven(map, ["data", "bootstrap.servers"])) ||
    isGiven(kafka, ["spec", "config", brokerConfigName, "bootstrap.servers"])
  );
}

/** Sources, sinks and channels that name Kafka themselves; their pods run beside the operator's others. */
const ownLists = [kinds.KafkaSource, kinds.KafkaSink, kinds.KafkaChannel] as const;

/** Every list of the set and its context that Knative's Kafka components connect to. */
export const bootstrapLists = once((graph: Graph): readonly BootstrapList[] => [
  ...graph.all(kinds.KnativeKafka).flatMap((kafka) => listsOfKafka(graph, kafka)),
  ...brokerConfigMaps(graph).flatMap((map) => {
    const clients = unique([eventingNamespace, ...ownDataPlanes(graph, map.name, map.namespace)]);
    return bootstrapList(map, ["data", "bootstrap.servers"], clients) ?? [];
  }),
  ...graph
    .all(...ownLists)
    .flatMap((resource) => bootstrapList(resource, ["spec", "bootstrapServers"], [eventingNamespace]) ?? []),
]);
