import { kinds } from "../../src/mesh/kinds.ts";
import { nameFlaw } from "../../src/mesh/nodes/config-names.ts";
import { type Part, partsOf, type Rivalry, rivalryOf } from "../../src/mesh/nodes/overrides.ts";
import { isTemplated, objectLabels, pools, roleKey, takes } from "../../src/mesh/nodes/pools.ts";
import { isShippedConfig, shippedWith } from "../../src/mesh/nodes/shipped-configs.ts";
import { at, defineRule, fail, type Judgement, type Problem, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

function problemOf({ part, rival, pool, wins, contested }: Rivalry): Problem {
  const [mine, its] = [part.config.name, rival.config.name];
  const order = contested
    ? `by the order of their names ${wins ? mine : its} wins, in newer releases that of the custom pool`
    : `by the order of their names ${wins ? mine : its} wins`;
  return fail(
    at(part.config, ...part.path),
    `${part.name} is set by ${mine} and ${its} in the pool "${pool}": ${order}`,
    {
      related: [{ at: at(rival.config, ...rival.path), message: `also set by ${its}` }],
      advice: "set it in one MachineConfig of the pool",
    },
  );
}

function* checkShipped(part: Part, role: string): Generator<Judgement> {
  const shipped = shippedWith(part.target, role);
  if (shipped !== null && part.config.name < shipped)
    yield fail(
      at(part.config, ...part.path),
      `${part.name} is set by ${shipped} too, which sorts behind ${part.config.name} and wins`,
      { advice: "give this MachineConfig a name that begins with 99-" },
    );
}

export const rule = defineRule({
  id: "nodes/machineconfig-file-overridden",
  summary: "Another MachineConfig of the pool sets the same file or unit, and one of the two is lost.",
  severity: "warning",
  varies: true,
  category: "configuration",
  documentation: [architecture("5.3")],
  upstream: ["openshift/machine-config-operator pkg/controller/common/helpers.go"],
  fix: "none",
  reads: [kinds.MachineConfig],
  subjects: (graph) => graph.own(kinds.MachineConfig),
  *check(resource, graph) {
    const renamed = resource.rendering !== undefined && resource.rendering.affix !== "*";
    if (isTemplated(resource.name) || renamed || resource.name.endsWith("*"))
      return yield undecided("the name of the MachineConfig");
    const flaw = nameFlaw(resource);
    if (flaw)
      yield fail(at(resource, ...flaw.path), flaw.message, {
        ...(flaw.severity && { severity: flaw.severity }),
        advice: flaw.advice,
      });
    if (isShippedConfig(resource.name)) return;
    const labels = objectLabels(resource);
    if (pools(graph).some((pool) => takes(pool, labels) === "unknown"))
      yield undecided("which pools take this MachineConfig");
    for (const part of partsOf(resource)) {
      yield* checkShipped(part, labels.entries.get(roleKey) ?? "worker");
      const rivalry = rivalryOf(graph, part);
      // Told at the one that loses, unless that is not the set's own.
      if (rivalry && (!rivalry.wins || rivalry.rival.config.standing !== "own")) yield problemOf(rivalry);
    }
  },
});
