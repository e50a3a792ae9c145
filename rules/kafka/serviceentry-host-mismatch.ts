import { appendItem, replaceScalar } from "../../src/fix/edits.ts";
import { readList } from "../../src/mesh/field.ts";
import { kafkaInMesh } from "../../src/mesh/kafka-egress.ts";
import { type HostGap, hostGaps } from "../../src/mesh/kafka-entries.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { type EntryHost, hostsOf } from "../../src/mesh/service-entries.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement, Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const hostsPath = ["spec", "hosts"];

/** Istio refuses these, whatever the entry is for. */
function* checkForm(entry: Resource, { path, text, bare }: EntryHost): Generator<Judgement> {
  if (text === "*") {
    yield fail(at(entry, ...path), 'host "*" stands for every host, and Istio refuses it', {
      advice: "name the hosts of the bootstrap lists",
    });
  } else if (bare !== text) {
    const edits = bare === "" ? null : replaceScalar(entry, path, bare);
    yield fail(at(entry, ...path), `host "${text}" is more than a name, and Istio refuses it`, {
      explains: path,
      ...remedy("write the host alone", "review", edits),
    });
  }
}

function problemOf(entry: Resource, { list, address, severity, meant }: HostGap): Problem {
  const { host } = address;
  const edits = meant ? replaceScalar(entry, meant.path, host) : appendItem(entry, hostsPath, host);
  const title = meant ? `write it as the clients do: ${host}` : `add ${host}`;
  const message = meant
    ? `host "${meant.text}" is not "${host}", the name that ${label(list.resource)} uses`
    : `host "${host}" of ${label(list.resource)} is not among the hosts`;
  return fail(at(entry, ...(meant?.path ?? hostsPath)), message, {
    severity,
    related: [{ at: at(list.resource, ...address.path), message: "uses the host" }],
    ...remedy(title, "review", edits),
  });
}

export const rule = defineRule({
  id: "kafka/serviceentry-host-mismatch",
  summary:
    "A ServiceEntry does not name Kafka's hosts as the bootstrap lists do, or in a form that Istio refuses.",
  severity: "error",
  varies: true,
  category: "egress",
  documentation: [integrations("1.4.3")],
  upstream: ["istio/istio pkg/config/validation/validation.go"],
  fix: "review",
  reads: [kinds.ServiceEntry],
  subjects: (graph) => graph.own(kinds.ServiceEntry),
  *check(entry, graph) {
    const hosts = readList(entry, hostsPath);
    if (hosts.state === "unknown") return yield undecided(hosts.why);
    if (hosts.state === "value" && hosts.value.length === 0) {
      yield fail(at(entry, ...hostsPath), "the entry has no host, and Istio refuses it", {
        advice: "name the hosts of the bootstrap lists",
      });
      return;
    }
    for (const host of hostsOf(entry)) yield* checkForm(entry, host);
    const used = kafkaInMesh(graph);
    if (used.state === "unknown") yield undecided(used.needs);
    if (used.state === "no") yield notApplicable(used.why);
    if (used.state !== "yes") return;
    for (const gap of hostGaps(graph, entry))
      yield "needs" in gap ? undecided(gap.needs) : problemOf(entry, gap);
  },
});
