import { removeItem } from "../../src/fix/edits.ts";
import { readList } from "../../src/mesh/field.ts";
import { isDnsLabel } from "../../src/mesh/hosts.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isExcludedNamespace } from "../../src/mesh/membership.ts";
import { meshes, meshVersion } from "../../src/mesh/meshes.ts";
import { operatorNamespace } from "../../src/mesh/namespaces.ts";
import type { Graph } from "../../src/model/graph.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path, Value } from "../../src/model/value.ts";
import { atLeast, formatVersion } from "../../src/model/version.ts";
import { at, atKey, defineRule, fail, type Judgement, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const members: Path = ["spec", "members"];
const selectors: Path = ["spec", "memberSelectors"];

/** A form of the roll that older control planes do not read. */
function* requireVersion(roll: Resource, graph: Graph, path: Path, what: string, since: string) {
  const mesh = meshes(graph).find((candidate) => candidate.rolls.includes(roll));
  const version = mesh ? meshVersion(graph, mesh) : null;
  if (version === null) yield undecided("the version of the control plane");
  else if (!atLeast(version, since))
    yield fail(
      at(roll, ...path),
      `${what} needs a control plane of v${since}; that of v${formatVersion(version)} ignores it`,
      { advice: "list the namespaces one by one" },
    );
}

function* checkName(roll: Resource): Generator<Judgement> {
  if (roll.name !== "default" && !isUnknown(roll.name))
    yield fail(
      at(roll, "metadata", "name"),
      `the roll is called "${roll.name}", and the webhook takes no name but "default"`,
      { advice: 'call it "default"' },
    );
  if (roll.namespace === operatorNamespace)
    yield fail(
      at(roll, "metadata", "namespace"),
      "the roll stands in the operator's own namespace, which the webhook refuses",
      {
        advice: "move it to the namespace of the control plane",
      },
    );
}

function* checkEntry(roll: Resource, entries: readonly Value[], index: number): Generator<Judgement> {
  const entry = entries[index];
  // Other types are findings of the schema, placeholders of their own rule.
  if (typeof entry !== "string" || isUnknown(entry)) return;
  const path: Path = [...members, index];
  const drop = (title: string) => {
    const edits = removeItem(roll, path);
    return remedy(title, "safe", edits);
  };
  const first = entries.indexOf(entry);
  if (first < index)
    yield fail(at(roll, ...path), `"${entry}" stands twice in the roll, which the webhook refuses`, {
      related: [{ at: at(roll, ...members, first), message: "the first of them" }],
      ...drop("remove the second one"),
    });
  else if (entry === "*") {
    if (entries.length > 1)
      yield fail(at(roll, ...path), `"*" stands beside other entries, which the webhook refuses`, {
        advice: 'keep either "*" or the names',
      });
  } else if (!isDnsLabel(entry))
    yield fail(at(roll, ...path), `"${entry}" is no name that a namespace can have`, {
      advice: "use the exact name of a namespace",
    });
  else if (isExcludedNamespace(entry))
    yield fail(at(roll, ...path), `"${entry}" belongs to the platform and never becomes a member`, {
      severity: "warning",
      advice: "remove the entry",
    });
  else if (entry === roll.namespace)
    yield fail(at(roll, ...path), `"${entry}" is the control plane's own namespace, which is no member`, {
      severity: "info",
      ...drop("remove the entry"),
    });
}

export const rule = defineRule({
  id: "mesh/smmr-invalid",
  summary: "A member roll that the webhook refuses, or of which the control plane ignores a part.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: [integrations("1.4.2"), integrations("1.6"), integrations("2.3")],
  upstream: [
    "maistra/istio-operator pkg/controller/servicemesh/webhooks/validation/memberroll.go",
    "maistra/istio-operator pkg/controller/servicemesh/webhooks/mutation/memberroll.go",
    "maistra/istio-operator pkg/apis/maistra/v1/servicemeshmemberroll_types.go",
  ],
  applies: "Service Mesh 1 and 2",
  fix: "safe",
  reads: [kinds.ServiceMeshMemberRoll],
  // Flaws of each text: the webhook refuses the one that is applied.
  candidates: "each",
  subjects: (graph) => graph.own(kinds.ServiceMeshMemberRoll),
  *check(roll, graph) {
    yield* checkName(roll);
    const list = readList(roll, members);
    const selecting = readList(roll, selectors);
    if (list.state === "unknown") yield undecided(list.why);
    const entries = list.state === "value" ? list.value : [];
    for (const index of entries.keys()) yield* checkEntry(roll, entries, index);
    if (entries.length === 1 && entries[0] === "*")
      yield* requireVersion(roll, graph, [...members, 0], '"*"', "2.3");
    if (selecting.state !== "value" || selecting.value.length === 0) return;
    if (entries.length > 0)
      yield fail(atKey(roll, ...selectors), "members and memberSelectors exclude each other", {
        related: [{ at: atKey(roll, ...members), message: "the members" }],
        advice: "keep one of the two",
      });
    else yield* requireVersion(roll, graph, selectors, "memberSelectors", "2.4");
  },
});
