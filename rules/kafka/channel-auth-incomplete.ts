import { readString, readText } from "../../src/mesh/field.ts";
import { dataPlaneNamespace } from "../../src/mesh/kafka-bootstrap.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const namePath = ["spec", "channel", "authSecretName"];
const namespacePath = ["spec", "channel", "authSecretNamespace"];
const brokerPath = ["spec", "broker", "defaultConfig", "authSecretName"];

/** A Secret counts as missing only where the set shows its Secrets; Strimzi makes one for each of its users. */
function* checkSecret(
  kafka: Resource,
  path: Path,
  name: string,
  namespace: string,
  graph: Graph,
): Generator<Judgement> {
  const users = graph.named(kinds.StrimziUser, namespace, name);
  const target = graph.find(kinds.Secret, namespace, name, "certificates");
  if (users.length > 0 || target.state === "found") return;
  if (target.state === "outside") return yield undecided(target.why);
  yield fail(at(kafka, ...path), `there is no Secret ${name} in namespace ${namespace}`, {
    advice: "add the Secret with Kafka's credentials, or whatever makes it",
  });
}

export const rule = defineRule({
  id: "kafka/channel-auth-incomplete",
  summary: "A KnativeKafka names half of the Secret with Kafka's credentials, or one that is not there.",
  severity: "error",
  category: "configuration",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator knative-operator/pkg/webhook/knativekafka/webhook_validating.go",
  ],
  fix: "none",
  reads: [kinds.KnativeKafka],
  subjects: (graph) => graph.own(kinds.KnativeKafka),
  *check(kafka, graph) {
    const name = readText(kafka, namePath);
    const namespace = readText(kafka, namespacePath);
    if (name.state === "unknown") yield undecided(name.why);
    if (namespace.state === "unknown") yield undecided(namespace.why);
    const [hasName, hasNamespace] = [name, namespace].map(
      (reading) => reading.state === "value" && reading.value !== "",
    );
    const known = name.state !== "unknown" && namespace.state !== "unknown";
    if (known && hasName !== hasNamespace) {
      const [written, missing] = hasName
        ? [namePath, "authSecretNamespace"]
        : [namespacePath, "authSecretName"];
      const message = `${written.at(-1)} stands here without ${missing}, which the operator's webhook refuses`;
      yield fail(at(kafka, ...written), message, { advice: `add ${missing}` });
    } else if (hasName && name.state === "value" && namespace.state === "value") {
      yield* checkSecret(kafka, namePath, name.value, namespace.value, graph);
    }
    const broker = readString(kafka, brokerPath);
    if (broker.state === "unknown") yield undecided(broker.why);
    if (broker.state === "value" && broker.value !== "")
      yield* checkSecret(kafka, brokerPath, broker.value, dataPlaneNamespace(kafka), graph);
  },
});
