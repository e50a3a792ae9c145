import { isForKafka } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import {
  addressesOf,
  capturedPorts,
  exportsOf,
  isAddressOrRange,
  portRival,
} from "../../src/mesh/service-entries.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations, printedSo } from "../../src/rule/documents.ts";

const path = ["spec", "addresses"];

/** The layout of the documents from Serverless 1.31 on: only Kafka's own clients are concerned. */
function isDocumented(graph: Graph, entry: Resource): boolean {
  const only = exportsOf(graph, entry)?.every((target) => target === ".") ?? false;
  const home = entry.namespace === null || entry.namespace === eventingNamespace;
  return only && home && holds(facts.strictMesh, graph.profile);
}

export const rule = defineRule({
  id: "kafka/serviceentry-no-addresses",
  summary:
    "A ServiceEntry for TCP has no addresses, so it takes all traffic on its ports, whatever the host.",
  severity: "warning",
  varies: true,
  category: "egress",
  documentation: [olderIntegrations("1.3"), integrations("1.4.3")],
  upstream: ["istio/istio pkg/config/validation/validation.go"],
  fix: "none",
  reads: [kinds.ServiceEntry],
  subjects: (graph) => graph.own(kinds.ServiceEntry).filter((entry) => isForKafka(graph, entry)),
  *check(entry, graph) {
    const addresses = addressesOf(entry);
    if (addresses.state === "unknown") return yield undecided(addresses.why);
    for (const [index, text] of (addresses.state === "value" ? addresses.value : []).entries()) {
      if (isAddressOrRange(text)) continue;
      yield fail(at(entry, ...path, index), `"${text}" is no IP address, and Istio refuses the entry`, {
        severity: "error",
        advice: "write an address or a range such as 172.30.88.20 or 10.1.0.0/16",
      });
    }
    const ports = capturedPorts(graph, entry);
    if (ports.length === 0) return;
    const found = portRival(graph, entry);
    const advice = "list the cluster IP of Kafka's bootstrap Service, and of its brokers' Services";
    if (found) {
      const { rival, port } = found;
      yield fail(
        at(entry, ...path),
        `neither this entry nor ${label(rival)} has addresses, so both take all traffic on port ${port}`,
        {
          severity: "error",
          related: [{ at: at(rival, ...path), message: label(rival) }],
          advice,
        },
      );
      return;
    }
    const [first, ...others] = ports;
    const said = others.length === 0 ? `port ${first}` : `ports ${ports.join(", ")}`;
    yield fail(
      at(entry, ...path),
      `without addresses the entry takes all traffic on ${said}, whatever the host (${printedSo})`,
      {
        ...(isDocumented(graph, entry) && { severity: "info" as const }),
        advice,
      },
    );
  },
});
