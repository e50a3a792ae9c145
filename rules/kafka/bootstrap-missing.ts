import { readBoolean, readText, valueOr } from "../../src/mesh/field.ts";
import {
  bootstrapLists,
  bootstrapPath,
  isGivenElsewhere,
  listOfPart,
} from "../../src/mesh/kafka-bootstrap.ts";
import type { BootstrapList } from "../../src/mesh/kafka-bootstrap.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { strimziCluster } from "../../src/mesh/strimzi.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkEntries(list: BootstrapList, graph: Graph): Generator<Judgement> {
  if (list.needs !== null) yield undecided(list.needs);
  for (const { text, path } of list.malformed)
    yield fail(at(list.resource, ...path), `"${text}" is no host and port`, {
      advice: "write host:port, without a scheme, several of them separated by commas",
    });
  for (const { text, host, port, path } of list.addresses) {
    const found = strimziCluster(graph, host, port);
    if (found.state !== "other") continue;
    yield fail(at(list.resource, ...path), `"${text}" leads nowhere: ${label(found.kafka)} ${found.said}`, {
      severity: "warning",
      related: [{ at: at(found.kafka, "metadata", "name"), message: label(found.kafka) }],
      advice: "write the cluster's own bootstrap address",
    });
  }
}

function* checkKafka(kafka: Resource, graph: Graph): Generator<Judgement> {
  for (const part of ["channel", "broker"] as const) {
    const enabled = readBoolean(kafka, ["spec", part, "enabled"]);
    if (enabled.state === "unknown") yield undecided(enabled.why);
    if (!valueOr(enabled, false)) continue;
    const list = listOfPart(kafka, part);
    if (list) {
      yield* checkEntries(list, graph);
      continue;
    }
    const path = bootstrapPath[part];
    // A value of another type: schema/wrong-type.
    if (readText(kafka, path).state === "unknown") continue;
    const advice = "write the host and port of Kafka's bootstrap Service";
    if (part === "channel")
      yield fail(
        at(kafka, ...path),
        "channels are enabled without bootstrapServers, which the operator's webhook refuses",
        { advice },
      );
    else if (!isGivenElsewhere(graph, kafka))
      yield fail(at(kafka, ...path), "brokers are enabled, and nothing says where their Kafka is", {
        severity: "warning",
        advice,
      });
  }
}

export const rule = defineRule({
  id: "kafka/bootstrap-missing",
  summary: "Knative for Kafka is not told where Kafka is, or in a form that it cannot use.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator knative-operator/pkg/webhook/knativekafka/webhook_validating.go",
  ],
  fix: "none",
  reads: [kinds.KnativeKafka, kinds.ConfigMap, kinds.KafkaSource, kinds.KafkaSink],
  subjects: (graph) => {
    const others = bootstrapLists(graph).map(({ resource }) => resource);
    const named = new Set(
      others.filter(({ standing, kind }) => standing === "own" && kind !== kinds.KnativeKafka),
    );
    return [...graph.own(kinds.KnativeKafka), ...named];
  },
  *check(resource, graph) {
    if (resource.kind === kinds.KnativeKafka) return yield* checkKafka(resource, graph);
    for (const list of bootstrapLists(graph))
      if (list.resource === resource) yield* checkEntries(list, graph);
  },
});
