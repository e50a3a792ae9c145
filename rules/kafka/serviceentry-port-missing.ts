import { appendItem, replaceScalar } from "../../src/fix/edits.ts";
import { read, valueOr } from "../../src/mesh/field.ts";
import { addressesFor, egressSeverity, kafkaInMesh } from "../../src/mesh/kafka-egress.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import {
  covers,
  entriesFor,
  type EntryPort,
  knownProtocols,
  portsOf,
} from "../../src/mesh/service-entries.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import {
  at,
  defineRule,
  fail,
  type Judgement,
  notApplicable,
  type Problem,
  undecided,
  remedy,
} from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const portsPath = ["spec", "ports"];
const isUsable = (protocol: string): boolean => ["TCP", "TLS"].includes(protocol.toUpperCase());

function asTcp(entry: Resource, port: EntryPort): Pick<Problem, "fix" | "advice"> {
  const edits = replaceScalar(entry, [...port.path, "protocol"], "TCP");
  const title = "set protocol: TCP";
  return remedy(title, "review", edits);
}

/** Istio refuses an entry with a protocol that it does not know, whatever the entry is for. */
function* checkProtocols(entry: Resource): Generator<Judgement> {
  for (const port of portsOf(entry)) {
    const protocol = valueOr(port.protocol, "");
    if (protocol === "" || knownProtocols.has(protocol.toLowerCase())) continue;
    yield fail(
      at(entry, ...port.path, "protocol"),
      `Istio knows no protocol "${protocol}" and refuses the entry`,
      asTcp(entry, port),
    );
  }
}

/** The entries that are for a host, the first of the set's own speaking for all. */
function entriesOf(graph: Graph, host: string): readonly Resource[] {
  return entriesFor(graph, eventingNamespace)
    .filter(({ entry, visible }) => visible === "yes" && covers(entry, host) === "yes")
    .map(({ entry }) => entry);
}

function* checkUsed(entry: Resource, graph: Graph): Generator<Judgement> {
  const reported = new Set<number>();
  for (const { list, address } of addressesFor(graph, eventingNamespace)) {
    const { host, port } = address;
    const entries = entriesOf(graph, host);
    if (reported.has(port) || entries.find(({ standing }) => standing === "own") !== entry) continue;
    reported.add(port);
    const severity = egressSeverity(graph, host);
    if (typeof severity === "object") {
      yield undecided(severity.needs);
      continue;
    }
    const related = [{ at: at(list.resource, ...address.path), message: "uses the port" }];
    const listed = entries.flatMap((other) => portsOf(other));
    const found = listed.filter(({ number }) => number === port);
    const own = portsOf(entry).find(({ number }) => number === port);
    if (found.length === 0) {
      const open = entries.find((other) => read(other, portsPath).state === "unknown");
      if (open || listed.some(({ number }) => number === null)) {
        yield undecided(`the ports of ${label(open ?? entry)}`);
        continue;
      }
      const name = `tcp-${port}`;
      const taken = listed.some((other) => other.name === name);
      const edits = taken ? null : appendItem(entry, portsPath, { number: port, name, protocol: "TCP" });
      const title = `add port ${port} as ${name}`;
      yield fail(at(entry, ...portsPath), `port ${port} of ${label(list.resource)} is not among the ports`, {
        severity,
        related,
        ...remedy(title, "review", edits),
      });
    } else if (own && own.protocol.state === "value" && !isUsable(own.protocol.value)) {
      const { value } = own.protocol;
      if (!knownProtocols.has(value.toLowerCase())) continue;
      yield fail(
        at(entry, ...own.path, "protocol"),
        `the sidecar takes what is said on Kafka's port ${port} for ${value}`,
        {
          severity,
          related,
          ...asTcp(entry, own),
        },
      );
    }
  }
}

export const rule = defineRule({
  id: "kafka/serviceentry-port-missing",
  summary:
    "A ServiceEntry lacks a port of the bootstrap lists, or gives it a protocol that Kafka does not speak.",
  severity: "error",
  varies: true,
  category: "egress",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_resources/kafka-service-entry.yaml",
    "maistra/istio-operator resources/smcp-templates/v2.5/base",
  ],
  fix: "review",
  reads: [kinds.ServiceEntry],
  subjects: (graph) => graph.own(kinds.ServiceEntry),
  *check(entry, graph) {
    yield* checkProtocols(entry);
    const used = kafkaInMesh(graph);
    if (used.state === "unknown") yield undecided(used.needs);
    if (used.state === "no") yield notApplicable(used.why);
    if (used.state === "yes") yield* checkUsed(entry, graph);
  },
});
