import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { annotation, read, readString, valueOr } from "./field.ts";
import { kinds, operatorKinds } from "./kinds.ts";
import { localGateways } from "./knative-gateways.ts";
import { once } from "./memo.ts";
import { knativeServices, localHosts, meantForIstio } from "./services.ts";

/** Whether callers of cluster-local names need a mesh certificate: the local gateway's TLS is ISTIO_MUTUAL. */
export const localGatewayTls = once((graph: Graph): "mutual" | "other" | "unknown" => {
  const modes = localGateways(graph).map((gateway) => {
    const servers = read(gateway, ["spec", "servers"]);
    if (servers.state === "unknown") return "unknown";
    const list = servers.state === "value" && isList(servers.value) ? servers.value : [];
    return list.some((server) => valueAt(server, ["tls", "mode"]) === "ISTIO_MUTUAL") ? "mutual" : "other";
  });
  if (modes.length === 0 || modes.includes("unknown")) return "unknown";
  return modes.includes("other") ? "other" : "mutual";
});

/** The names that lead to Knative Services through the local gateway. */
const localNames = once((graph: Graph): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const service of knativeServices(graph)) {
    if (meantForIstio(graph, service).state === "no") continue;
    for (const host of localHosts(graph, service) ?? []) found.add(host);
  }
  return found;
});

/** Runs of the characters of host names. */
const names = /[a-z0-9.-]+/gi;

/**
 * The cluster-local names of Knative Services in a text. The short form `<service>.<namespace>` may be any two words,
 * so it counts only in a URL or at the beginning of a text that is an address.
 */
export function localNamesIn(graph: Graph, text: string): readonly string[] {
  if (!text.includes(".")) return [];
  const known = localNames(graph);
  if (known.size === 0) return [];
  return [...text.matchAll(names)].flatMap((match) => {
    const host = match[0].toLowerCase().replace(/\.$/, "");
    if (!known.has(host)) return [];
    const before = text.slice(Math.max(0, match.index - 3), match.index);
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 7);
    if (/[\w@]$/.test(before) || /^\w/.test(after)) return [];
    const isAddress = match.index === 0 && /^(?::\d{1,5})?(?:\/|$)/.test(after);
    const isShort = host.split(".").length === 2;
    return !isShort || before === "://" || isAddress ? [host] : [];
  });
}

/** A text that a workload gets, and the field of the workload that gives it. */
export interface ClientText {
  readonly text: string;
  /** In the workload. */
  readonly path: Path;
  /** The ConfigMap's entry, where the text stands there. */
  readonly source: { readonly resource: Resource; readonly path: Path } | null;
}

function entriesOf(graph: Graph, pod: PodTemplate, name: Value | undefined, path: Path, key?: Value) {
  if (typeof name !== "string" || pod.namespace === null) return [];
  return graph.named(kinds.ConfigMap, pod.namespace, name).flatMap((resource): readonly ClientText[] => {
    const data = valueAt(resource.value, ["data"]);
    if (!isMapping(data)) return [];
    return Object.entries(data).flatMap(([entry, text]) => {
      if (typeof text !== "string" || (key !== undefined && key !== entry)) return [];
      return [{ text, path, source: { resource, path: ["data", entry] } }];
    });
  });
}

const listAt = (value: Value | undefined, path: Path): readonly Value[] => {
  const found = valueAt(value, path) ?? null;
  return isList(found) ? found : [];
};

/** Texts of the containers of a pod: arguments, environment and the ConfigMaps that they read. */
export function clientTexts(graph: Graph, pod: PodTemplate): readonly ClientText[] {
  const found: ClientText[] = [];
  for (const list of ["initContainers", "containers"]) {
    for (const [index, container] of listAt(pod.spec, [list]).entries()) {
      const path = [...pod.specPath, list, index];
      for (const field of ["command", "args"]) {
        for (const [at, text] of listAt(container, [field]).entries())
          if (typeof text === "string") found.push({ text, path: [...path, field, at], source: null });
      }
      for (const [at, variable] of listAt(container, ["env"]).entries()) {
        const text = valueAt(variable, ["value"]);
        if (typeof text === "string") found.push({ text, path: [...path, "env", at, "value"], source: null });
        const reference = ["valueFrom", "configMapKeyRef"];
        const name = valueAt(variable, [...reference, "name"]);
        const key = valueAt(variable, [...reference, "key"]);
        found.push(...entriesOf(graph, pod, name, [...path, "env", at, ...reference], key));
      }
      for (const [at, source] of listAt(container, ["envFrom"]).entries()) {
        const name = valueAt(source, ["configMapRef", "name"]);
        found.push(...entriesOf(graph, pod, name, [...path, "envFrom", at, "configMapRef"]));
      }
    }
  }
  for (const [index, volume] of listAt(pod.spec, ["volumes"]).entries()) {
    const name = valueAt(volume, ["configMap", "name"]);
    found.push(...entriesOf(graph, pod, name, [...pod.specPath, "volumes", index, "configMap"]));
  }
  return found;
}

/** Kinds of Eventing whose events go to a URI, and the fields with one. */
export const eventKinds = [
  kinds.Trigger,
  kinds.MessagingSubscription,
  kinds.Broker,
  kinds.PingSource,
] as const;

const uriPaths: readonly Path[] = [
  ["spec", "subscriber", "uri"],
  ["spec", "reply", "uri"],
  ["spec", "sink", "uri"],
  ["spec", "delivery", "deadLetterSink", "uri"],
];

/** URIs to which a resource of Eventing sends events. */
export function eventUris(resource: Resource): readonly { readonly text: string; readonly path: Path }[] {
  return uriPaths.flatMap((path) => {
    const uri = readString(resource, path);
    return uri.state === "value" ? [{ text: uri.value, path }] : [];
  });
}

const brokerSenders: Readonly<Record<string, string>> = {
  MTChannelBasedBroker: "mt-broker-filter",
  Kafka: "kafka-broker-dispatcher",
  KafkaNamespaced: "kafka-broker-dispatcher",
};
const channelSenders: Readonly<Record<string, string>> = {
  InMemoryChannel: "imc-dispatcher",
  KafkaChannel: "kafka-channel-dispatcher",
};

function oneOf(table: Readonly<Record<string, string>>, key: string | null): readonly string[] {
  const name = key !== null && Object.hasOwn(table, key) ? table[key] : undefined;
  return name === undefined ? [...new Set(Object.values(table))] : [name];
}

/** The workloads of Eventing that may send a resource's events; more than one where the class is not known. */
function senderNames(graph: Graph, resource: Resource): readonly string[] {
  if (resource.kind === kinds.PingSource) return ["pingsource-mt-adapter"];
  if (resource.kind === kinds.MessagingSubscription) {
    return oneOf(channelSenders, valueOr(readString(resource, ["spec", "channel", "kind"]), null));
  }
  const named = valueOr(readString(resource, ["spec", "broker"]), "default");
  const broker =
    resource.kind === kinds.Broker
      ? resource
      : graph.named(kinds.Broker, resource.namespace, named).find((found) => found.form === "full");
  const key = "eventing.knative.dev/broker.class";
  return oneOf(brokerSenders, broker ? valueOr(annotation(broker, key), null) : null);
}

/** The pods of Eventing that send a resource's events; `open`: some of them may run outside the set. */
export function eventSenders(
  graph: Graph,
  resource: Resource,
): { readonly pods: readonly PodTemplate[]; readonly open: boolean } {
  const names = senderNames(graph, resource);
  const workloads = graph
    .all(kinds.Deployment, kinds.StatefulSet)
    .filter(({ origin, name }) => origin.from === "derived" && names.includes(name))
    .filter(({ origin }) => origin.from === "derived" && operatorKinds.some((k) => k === origin.parent.kind));
  const there = new Set(workloads.map((workload) => workload.name));
  return {
    pods: workloads.flatMap((workload) => graph.podsOf(workload)),
    open: names.some((name) => !there.has(name)),
  };
}
