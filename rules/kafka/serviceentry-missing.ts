import { dataPlaneNamespace, listsOfKafka } from "../../src/mesh/kafka-bootstrap.ts";
import {
  addressesFor,
  egressSeverity,
  isCovered,
  kafkaEntriesFor,
  meansOneOf,
  usesMesh,
} from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { covers, isVisibleIn } from "../../src/mesh/service-entries.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, type Spot, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

/** An entry of the set that is for the host, but that the namespace does not see. */
function hidden(graph: Graph, namespace: string, host: string): Resource | undefined {
  return graph
    .own(kinds.ServiceEntry)
    .find((entry) => covers(entry, host) === "yes" && isVisibleIn(graph, entry, namespace) === "no");
}

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
    if (used.state === "unknown") return yield undecided(used.needs);
    if (used.state === "no") return yield notApplicable(used.why);
    const namespace = dataPlaneNamespace(kafka);
    const lists = listsOfKafka(graph, kafka);
    for (const { needs } of lists) if (needs !== null) yield undecided(needs);
    const addresses = lists.flatMap((list) => list.addresses);
    // One that is there and leaves a host out: kafka/serviceentry-host-mismatch.
    const entries = kafkaEntriesFor(graph, namespace);
    const all = addressesFor(graph, namespace).map(({ address }) => address);
    if (entries.some(({ entry, visible }) => visible === "yes" && meansOneOf(graph, entry, all))) return;
    const reported = new Set<string>();
    for (const { host, path } of addresses) {
      if (reported.has(host)) continue;
      reported.add(host);
      const covered = isCovered(graph, namespace, host);
      if (covered === "unknown") yield undecided(`the namespaces that see the ServiceEntry for ${host}`);
      if (covered !== "no") continue;
      const severity = egressSeverity(graph, host);
      if (typeof severity === "object") {
        yield undecided(severity.needs);
        continue;
      }
      const entry = hidden(graph, namespace, host);
      if (entry) {
        yield fail(hiding(entry), `sidecars in ${namespace} do not see this entry for host "${host}"`, {
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
          related: entries.map((other) => ({
            at: at(other.entry, "spec", "hosts"),
            message: label(other.entry),
          })),
          advice: `add a ServiceEntry for it to ${namespace}, with the ports of Kafka`,
        },
      );
    }
  },
});
