import { removeItem } from "../../src/fix/edits.ts";
import { readList } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { meshes, meshVersion } from "../../src/mesh/meshes.ts";
import { entryFlaws, placeFlaws, rollMembers, type RollFlaw } from "../../src/mesh/roll-flaws.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { atLeast, formatVersion } from "../../src/model/version.ts";
import { at, atKey, defineRule, fail, type Problem, undecided, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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

function problemOf(roll: Resource, { path, message, advice, severity, other, removable }: RollFlaw): Problem {
  return fail(at(roll, ...path), message, {
    ...(severity && { severity }),
    ...(other && { related: [{ at: at(roll, ...other), message: "the first of them" }] }),
    ...remedy(advice, "safe", removable ? removeItem(roll, path) : null),
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
    for (const flaw of placeFlaws(roll)) yield problemOf(roll, flaw);
    const list = readList(roll, rollMembers);
    const selecting = readList(roll, selectors);
    if (list.state === "unknown") yield undecided(list.why);
    const entries = list.state === "value" ? list.value : [];
    for (const flaw of entryFlaws(roll, entries)) yield problemOf(roll, flaw);
    if (entries.length === 1 && entries[0] === "*")
      yield* requireVersion(roll, graph, [...rollMembers, 0], '"*"', "2.3");
    if (selecting.state !== "value" || selecting.value.length === 0) return;
    if (entries.length > 0)
      yield fail(atKey(roll, ...selectors), "members and memberSelectors exclude each other", {
        related: [{ at: atKey(roll, ...rollMembers), message: "the members" }],
        advice: "keep one of the two",
      });
    else yield* requireVersion(roll, graph, selectors, "memberSelectors", "2.4");
  },
});
