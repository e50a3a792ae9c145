import { appendItem, replaceScalar } from "../../src/fix/edits.ts";
import { valueOr } from "../../src/mesh/field.ts";
import { kafkaInMesh } from "../../src/mesh/kafka-egress.ts";
import { type PortFault, portFaults } from "../../src/mesh/kafka-entries.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { type EntryPort, knownProtocols, portsOf } from "../../src/mesh/service-entries.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import type { Judgement, Problem } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const portsPath = ["spec", "ports"];

function asTcp(entry: Resource, port: EntryPort): ReturnType<typeof remedy> {
  const edits = replaceScalar(entry, [...port.path, "protocol"], "TCP");
  return remedy("set protocol: TCP", "review", edits);
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

function problemOf(entry: Resource, fault: PortFault): Problem {
  const { list, address, severity } = fault;
  const related = [{ at: at(list.resource, ...address.path), message: "uses the port" }];
  if (fault.type === "protocol")
    return fail(
      at(entry, ...fault.port.path, "protocol"),
      `the sidecar takes what is said on Kafka's port ${address.port} for ${fault.protocol}`,
      { severity, related, ...asTcp(entry, fault.port) },
    );
  const number = address.port;
  const { name } = fault;
  const edits = name === null ? null : appendItem(entry, portsPath, { number, name, protocol: "TCP" });
  return fail(at(entry, ...portsPath), `port ${number} of ${label(list.resource)} is not among the ports`, {
    severity,
    related,
    ...remedy(`add port ${number} as tcp-${number}`, "review", edits),
  });
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
    if (used.state !== "yes") return;
    for (const fault of portFaults(graph, entry))
      yield "needs" in fault ? undecided(fault.needs) : problemOf(entry, fault);
  },
});
