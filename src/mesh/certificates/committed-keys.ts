import type { Graph } from "../../model/graph.ts";
import { pemBlocks } from "../../model/pem.ts";
import type { Resource } from "../../model/resource.ts";
import { type Path, valueAt } from "../../model/value.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { eventingNamespace } from "../namespaces.ts";
import { secretKeys, secretValue } from "./secret-data.ts";

/** A value of a Secret that gives access to something. */
export interface CommittedKey {
  readonly path: Path;
  /** `tls.key (a private key)`, for messages. */
  readonly what: string;
}

const peerPodsNamespace = "openshift-sandboxed-containers-operator";
const cloudKeys: readonly string[] = ["AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_SECRET", "IBMCLOUD_API_KEY"];

/** The Secrets that Kafka clients of Knative take their password from: `[name, namespace, key]`. */
const kafkaSecrets = once((graph: Graph): readonly (readonly [string, string | null, string])[] => {
  const found: (readonly [string, string | null, string])[] = [];
  const add = (resource: Resource, path: Path, namespace: string | null, key = "password"): void => {
    const name = valueAt(resource.value, path);
    if (typeof name === "string") found.push([name, namespace, key]);
  };
  for (const kafka of graph.all(kinds.KnativeKafka)) {
    add(kafka, ["spec", "broker", "defaultConfig", "authSecretName"], eventingNamespace);
    const space = valueAt(kafka.value, ["spec", "channel", "authSecretNamespace"]);
    add(kafka, ["spec", "channel", "authSecretName"], typeof space === "string" ? space : null);
  }
  for (const sink of graph.all(kinds.KafkaSink))
    add(sink, ["spec", "auth", "secret", "ref", "name"], sink.namespace);
  for (const source of graph.all(kinds.KafkaSource)) {
    const reference = ["spec", "net", "sasl", "password", "secretKeyRef"];
    const key = valueAt(source.value, [...reference, "key"]);
    add(source, [...reference, "name"], source.namespace, typeof key === "string" ? key : "password");
  }
  return found;
});

function isKafkaPassword(graph: Graph, secret: Resource, key: string): boolean {
  const keys = secretKeys(secret);
  // The form that the documents have for Kafka's clients.
  if (key === "password" && keys.includes("sasl.mechanism")) return true;
  return kafkaSecrets(graph).some(
    ([name, namespace, wanted]) =>
      name === secret.name &&
      wanted === key &&
      (namespace === null || secret.namespace === null || namespace === secret.namespace),
  );
}

function isForPeerPods({ name, namespace }: Resource): boolean {
  return name === "peer-pods-secret" || namespace === peerPodsNamespace;
}

function kindOf(graph: Graph, secret: Resource, key: string, text: string): string | null {
  const keys = pemBlocks(text).blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  if (keys.length > 0) return keys.every(({ encrypted }) => encrypted) ? null : "a private key";
  if (key === "tls.key") return "a private key";
  if (cloudKeys.includes(key) && isForPeerPods(secret)) return "a key of the cloud";
  return isKafkaPassword(graph, secret, key) ? "a password for Kafka" : null;
}

/** Private keys, cloud keys and passwords that stand in a Secret in clear: neither encrypted nor filled in later. */
export function committedKeys(graph: Graph, secret: Resource): readonly CommittedKey[] {
  return secretKeys(secret).flatMap((key) => {
    const value = secretValue(secret, key);
    if (value.state !== "text" || value.text.trim() === "") return [];
    const kind = kindOf(graph, secret, key, value.text);
    return kind === null ? [] : [{ path: value.path, what: `${key} (${kind})` }];
  });
}
