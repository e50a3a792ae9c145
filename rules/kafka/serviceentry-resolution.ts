import { readList, readString, valueOr } from "../../src/mesh/field.ts";
import { hasSidecars, isForKafka, isShortName } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { hostsOf } from "../../src/mesh/service-entries.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkLocation(entry: Resource, graph: Graph): Generator<Judgement> {
  const location = readString(entry, ["spec", "location"]);
  if (location.state === "unknown") return yield undecided(location.why);
  if (valueOr(location, "MESH_EXTERNAL") !== "MESH_INTERNAL") return;
  const answers = hostsOf(entry).map(({ bare }) => ({ bare, sidecars: hasSidecars(graph, bare) }));
  const plain = answers.find(({ sidecars }) => sidecars.state === "no");
  const open = answers.find(({ sidecars }) => sidecars.state === "unknown");
  if (!plain && open?.sidecars.state === "unknown") return yield undecided(open.sidecars.needs);
  if (!plain) return;
  yield fail(
    at(entry, "spec", "location"),
    `MESH_INTERNAL makes sidecars ask "${plain.bare}" for mutual TLS, and Kafka there has no sidecar`,
    { advice: "set location: MESH_EXTERNAL" },
  );
}

function* checkResolution(entry: Resource, graph: Graph): Generator<Judgement> {
  const path = ["spec", "resolution"];
  const resolution = readString(entry, path);
  const endpoints = readList(entry, ["spec", "endpoints"]);
  if (resolution.state === "unknown") return yield undecided(resolution.why);
  if (endpoints.state === "unknown") return yield undecided(endpoints.why);
  const given = valueOr(endpoints, []).length > 0;
  const value = valueOr(resolution, "NONE");
  if (value === "NONE") {
    if (given)
      yield fail(
        at(entry, "spec", "endpoints"),
        "resolution NONE takes no endpoints, and Istio refuses the entry",
        {
          advice: "remove the endpoints, or set resolution: STATIC",
        },
      );
    return;
  }
  // Endpoints, or pods of the mesh, stand for the host: its name is not looked up.
  if (given || readList(entry, ["spec", "workloadSelector"]).state !== "absent") return;
  const host = hostsOf(entry).find(({ bare }) => bare.startsWith("*") || isShortName(graph, bare));
  if (!host) return;
  const reason = host.bare.startsWith("*") ? "which stands for many names" : "which is no complete name";
  yield fail(at(entry, ...path), `resolution ${value} has to look up "${host.bare}", ${reason}`, {
    related: [{ at: at(entry, ...host.path), message: "this host" }],
    advice: "set resolution: NONE",
  });
}

export const rule = defineRule({
  id: "kafka/serviceentry-resolution",
  summary: "Location or resolution of a ServiceEntry does not fit a Kafka outside the mesh.",
  severity: "warning",
  category: "egress",
  documentation: [integrations("1.4.3")],
  upstream: [
    "istio/istio pkg/config/validation/validation.go",
    "istio/api networking/v1alpha3/service_entry.proto",
  ],
  fix: "none",
  reads: [kinds.ServiceEntry],
  subjects: (graph) => graph.own(kinds.ServiceEntry).filter((entry) => isForKafka(graph, entry)),
  *check(entry, graph) {
    yield* checkLocation(entry, graph);
    yield* checkResolution(entry, graph);
  },
});
