import { replaceScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { freePortName, portsOf, type EntryPort } from "../../src/mesh/service-entries.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, remedy } from "../../src/rule/define.ts";
import { integrations, olderIntegrations, printedSo } from "../../src/rule/documents.ts";

/** Names that the documents' example has on two ports each. */
const printedNames: readonly (string | null)[] = ["tcp-tls", "tcp-sasl-tls"];

/** Of two ports with one number the later one is reported, and its name with it. */
function* sameNumber(entry: Resource, port: EntryPort, earlier: EntryPort): Generator<Judgement> {
  yield fail(
    at(entry, ...port.path, "number"),
    `port ${port.number} stands here twice, and Istio refuses the whole entry`,
    {
      related: [{ at: at(entry, ...earlier.path, "number"), message: "the first one" }],
      advice: "remove one of the two, or give one its right number",
    },
  );
}

function* sameName(
  entry: Resource,
  port: EntryPort,
  earlier: EntryPort,
  taken: Set<string>,
): Generator<Judgement> {
  const name = freePortName(port, taken);
  if (name !== null) taken.add(name);
  const edits = name === null ? null : replaceScalar(entry, [...port.path, "name"], name);
  const printed = printedNames.includes(port.name) ? ` (${printedSo})` : "";
  const title = name === null ? "give it a name of its own" : `name it ${name}`;
  yield fail(
    at(entry, ...port.path, "name"),
    `two ports are named "${port.name}", and Istio refuses the whole entry${printed}`,
    {
      related: [{ at: at(entry, ...earlier.path, "name"), message: "the first one" }],
      ...remedy(title, "safe", edits),
    },
  );
}

export const rule = defineRule({
  id: "kafka/serviceentry-duplicate-port",
  summary: "Two ports of a ServiceEntry share a name or a number, so Istio's webhook refuses it.",
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: ["istio/istio pkg/config/validation/validation.go"],
  fix: "safe",
  reads: [kinds.ServiceEntry],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.fragments(kinds.ServiceEntry),
  *check(entry) {
    const seen: EntryPort[] = [];
    const ports = portsOf(entry);
    const taken = new Set(ports.flatMap(({ name }) => name ?? []));
    for (const port of ports) {
      const number = seen.find((other) => other.number !== null && other.number === port.number);
      const name = seen.find((other) => other.name !== null && other.name === port.name);
      if (number) yield* sameNumber(entry, port, number);
      else if (name) yield* sameName(entry, port, name, taken);
      seen.push(port);
    }
  },
});
