import { readBoolean, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { rollOut } from "../../src/mesh/nodes/roll-outs.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const path = ["spec", "paused"];

/** A change that reaches nodes by itself, where nobody wants them to restart unplanned. */
function* checkChange(config: Resource, graph: Graph, base: Graph | null): Generator<Judgement> {
  if (base === null) return yield notApplicable("needs a base revision (--base REV)");
  const found = rollOut(graph, base, config);
  if (found.state === "none" || found.state === "unknown") return yield unsettled(found);
  const does = found.effect === "drains" ? "drains (without a restart)" : "drains and restarts";
  yield fail(
    at(config, "spec"),
    `the change of ${config.id.kind} ${config.name} ${does} the nodes of the pool "${found.pool}", which is not paused`,
    { advice: "pause the pool, and take the pause away when its nodes may restart" },
  );
}

export const rule = defineRule({
  id: "nodes/pool-paused",
  summary: "A paused machine config pool gets no updates and no new certificates.",
  severity: "warning",
  category: "operations",
  documentation: [architecture("3.1.3.4")],
  upstream: ["openshift/machine-config-operator docs/MachineConfigDaemon.md"],
  fix: "none",
  reads: [kinds.MachineConfigPool, kinds.MachineConfig],
  options: {
    noUnplannedReboots: {
      default: false,
      schema: { type: "boolean" },
      description:
        "Nodes may restart in a maintenance window only: a change of MachineConfigs is found where its pool is not paused.",
    },
  },
  subjects: (graph, { options }) => [
    ...graph.own(kinds.MachineConfigPool),
    ...(options.noUnplannedReboots === true ? graph.own(kinds.MachineConfig) : []),
  ],
  *check(resource, graph, { base }) {
    if (resource.kind === kinds.MachineConfig) return yield* checkChange(resource, graph, base);
    const paused = readBoolean(resource, path);
    if (paused.state === "unknown") yield undecided(paused.why);
    if (valueOr(paused, false))
      yield fail(
        at(resource, ...path),
        `pool "${resource.name}" is paused: its nodes get no updates, no changed MachineConfigs and no new certificates`,
        { advice: "remove paused, and pause the pool for the time of a maintenance only" },
      );
  },
});
