import { dataPlaneNamespace, listsOfKafka } from "../../src/mesh/kafka-bootstrap.ts";
import { kafkaEntriesFor, usesMesh } from "../../src/mesh/kafka-egress.ts";
import { unservedHosts } from "../../src/mesh/kafka-entries.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, type Spot, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

/** What hides an entry: its namespace if it is seen only there, else the list of namespaces. */
function hiding(entry: Resource): Spot {
  const list = valueAt(entry.value, ["spec", "exportTo"]);
  const onlyHere = JSON.stringify(list ?? ["."]) === '["."]';
  return onlyHere ? at(entry, "metadata", "namespace") : at(entry, "spec", "exportTo");
}

export const rule = defineRule({
  id: "kafka/serviceentry-missing",
  summary: "No ServiceEntry tells the sidecars of Knative's Kafka components about Kafka.",
  severity: "error",
  varies: true,
  category: "egress",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh_resources/kafka-service-entry.yaml"],
  fix: "review",
  reads: [kinds.KnativeKafka],
  subjects: (graph) => graph.own(kinds.KnativeKafka),
  *check(kafka, graph) {
    const used = usesMesh(graph, kafka);
    if (used.state === "no" || used.state === "unknown") return yield unsettled(used);
    const namespace = dataPlaneNamespace(kafka);
    for (const { needs } of listsOfKafka(graph, kafka)) if (needs !== null) yield undecided(needs);
    for (const unserved of unservedHosts(graph, kafka)) {
      if ("needs" in unserved) {
        yield undecided(unserved.needs);
        continue;
      }
      const { host, path, severity, hidden } = unserved;
      if (hidden) {
        yield fail(hiding(hidden), `sidecars in ${namespace} do not see this entry for host "${host}"`, {
          severity,
          related: [{ at: at(kafka, ...path), message: "uses the host" }],
          advice: `put it into ${namespace}, or export it there`,
        });
        continue;
      }
      yield fail(
        at(kafka, ...path),
        `no ServiceEntry that sidecars in ${namespace} see is for host "${host}"`,
        {
          severity,
          related: kafkaEntriesFor(graph, namespace).map(({ entry }) => ({
            at: at(entry, "spec", "hosts"),
            message: label(entry),
          })),
          advice: `add a ServiceEntry for it to ${namespace}, with the ports of Kafka`,
        },
      );
    }
  },
});
