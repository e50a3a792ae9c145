import { replaceScalars } from "../../src/fix/edits.ts";
import { type CapturedHost, capturedHosts, placesOfHost } from "../../src/mesh/kafka-capture.ts";
import { isForKafka } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy, undecided, unsettled } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** The short name in every place at once: entry and bootstrap lists have to agree. */
function shortened(graph: Graph, entry: Resource, host: CapturedHost): readonly Edit[] | null {
  const places = placesOfHost(graph, { resource: entry, path: host.path }, host.text);
  return replaceScalars(
    places.flatMap(({ resource, path }) => {
      const written = valueAt(resource.value, path);
      if (typeof written !== "string") return [];
      return [{ resource, path, value: written.replaceAll(host.text, host.short) }];
    }),
  );
}

export const rule = defineRule({
  id: "kafka/bootstrap-captured-by-mtls-rule",
  summary:
    "Kafka's full host name falls under the mesh's rule for mutual TLS, although Kafka has no sidecar.",
  severity: "error",
  category: "egress",
  documentation: [integrations("1.4.2"), integrations("1.4.3")],
  upstream: ["maistra/istio-operator resources/helm/v2.5/mesh-config/templates/enable-mesh-mtls.yaml"],
  applies: "Service Mesh 2",
  fix: "review",
  reads: [kinds.ServiceEntry, kinds.KnativeKafka],
  subjects: (graph) => [
    ...graph.own(kinds.ServiceEntry).filter((entry) => isForKafka(graph, entry)),
    ...graph.own(kinds.KnativeKafka),
  ],
  *check(resource, graph) {
    const captured = capturedHosts(graph, resource);
    if (captured.state === "none" || captured.state === "unknown") return yield unsettled(captured);
    for (const host of captured.hosts) {
      if ("needs" in host) {
        yield undecided(host.needs);
        continue;
      }
      const { text, path, short, rule: made } = host;
      yield fail(
        at(resource, ...path),
        `sidecars ask "${text}" for mutual TLS, by the rule for *.${graph.profile.clusterDomain} of the control plane, and Kafka there is outside the mesh`,
        {
          related: [{ at: at(made.resource, ...made.path), message: "makes that rule" }],
          ...remedy(
            `use the short name ${short}, in the bootstrap lists too`,
            "review",
            shortened(graph, resource, host),
          ),
        },
      );
    }
  },
});
