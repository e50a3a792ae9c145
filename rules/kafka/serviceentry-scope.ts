import { appendItem, removeItem, replaceScalar, setValue } from "../../src/fix/edits.ts";
import { strandedClients } from "../../src/mesh/kafka-clients.ts";
import { isForKafka } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { capturedPorts, exportsOf } from "../../src/mesh/service-entries.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { isList, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const path = ["spec", "exportTo"];

/** Makes the entry visible in its own namespace only. */
function narrowed(entry: Resource): readonly Edit[] | null {
  const list = valueAt(entry.value, path);
  if (!isList(list) || list.length === 0) return setValue(entry, path, ["."]);
  if (list.length > 1) return removeItem(entry, [...path, list.indexOf("*")]);
  return replaceScalar(entry, [...path, 0], ".");
}

function* checkWide(entry: Resource, graph: Graph): Generator<Judgement> {
  const ports = capturedPorts(graph, entry);
  if (ports.length === 0 || !exportsOf(graph, entry)?.includes("*")) return;
  yield fail(
    at(entry, ...path),
    `every namespace of the mesh sees this entry, which has no addresses: it takes all their traffic on ${ports.join(", ")}`,
    remedy('set exportTo to ["."]', "review", narrowed(entry)),
  );
}

/** Pods that speak to Kafka in another namespace, which no entry is visible in. */
function* checkNarrow(entry: Resource, graph: Graph): Generator<Judgement> {
  for (const { namespace, host, resource, needs } of strandedClients(graph, entry)) {
    if (needs !== null) {
      yield undecided(needs);
      continue;
    }
    yield fail(
      at(entry, ...path),
      `pods of ${label(resource)} speak to "${host}" from namespace ${namespace}, which does not see this entry`,
      {
        related: [{ at: at(resource, "metadata", "name"), message: label(resource) }],
        ...remedy(
          `export it to ${namespace} as well, or copy it there`,
          "review",
          appendItem(entry, path, namespace),
        ),
      },
    );
  }
}

export const rule = defineRule({
  id: "kafka/serviceentry-scope",
  summary: "A ServiceEntry for Kafka is seen by more namespaces than it should be, or by fewer.",
  severity: "warning",
  category: "egress",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh.bash",
    "openshift-knative/serverless-operator docs/service-mesh/eventing/resources/kafka-broker-namespaced-example.yaml",
  ],
  fix: "review",
  reads: [kinds.ServiceEntry],
  subjects: (graph) => graph.own(kinds.ServiceEntry).filter((entry) => isForKafka(graph, entry)),
  *check(entry, graph) {
    if (entry.namespace === null) return yield undecided(`the namespaces that ${label(entry)} is applied to`);
    const exported = exportsOf(graph, entry);
    if (exported === null) return yield undecided(`spec.exportTo of ${label(entry)}`);
    yield* checkWide(entry, graph);
    const narrow = exported.every((target) => target === "." || target === eventingNamespace);
    if (narrow && entry.namespace === eventingNamespace) yield* checkNarrow(entry, graph);
  },
});
