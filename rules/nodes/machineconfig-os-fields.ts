import { read, readBoolean, valueOr } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isNewFips, poolsWithoutFips } from "../../src/mesh/nodes/fips.ts";
import { kernelFlaws } from "../../src/mesh/nodes/kernel-fields.ts";
import { isShippedConfig } from "../../src/mesh/nodes/shipped-configs.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { atLeast } from "../../src/model/version.ts";
import { at, defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

const image = ["spec", "osImageURL"];
const fips = ["spec", "fips"];

function* checkImage(config: Resource, { profile: { openshift } }: Graph): Generator<Judgement> {
  const reading = read(config, image);
  if (reading.state === "unknown") return yield undecided(reading.why);
  if (reading.state === "absent" || reading.value === "") return;
  if (openshift === null) return yield undecided("the version of OpenShift");
  const layered = atLeast({ ...openshift, patch: null }, "4.12");
  yield fail(
    at(config, ...image),
    layered
      ? "osImageURL holds the operating system of these nodes at one image, so updates of the cluster no longer bring theirs"
      : "osImageURL belongs to the update of the cluster: set by hand it is not supported before OpenShift 4.12",
    {
      severity: layered ? "info" : "error",
      advice: layered ? "build the image anew with every update" : "remove it",
    },
  );
}

function* checkFips(config: Resource, graph: Graph, base: Graph | null): Generator<Judgement> {
  const reading = readBoolean(config, fips);
  if (reading.state === "unknown") return yield undecided(reading.why);
  if (!valueOr(reading, false)) return;
  const advice = "install the cluster with fips: true in install-config.yaml";
  if (isNewFips(config, base))
    return yield fail(
      at(config, ...fips),
      "FIPS mode is chosen at the installation, and cannot be switched on later",
      { advice },
    );
  const without = poolsWithoutFips(graph, config);
  if (without.length === 0) return;
  if (!graph.owns("nodes")) return yield undecided(`whether FIPS is on in the pools ${without.join(", ")}`);
  yield fail(
    at(config, ...fips),
    `FIPS mode is on here, and off in ${without.join(", ")}: it is one for the whole cluster`,
    { advice },
  );
}

export const rule = defineRule({
  id: "nodes/machineconfig-os-fields",
  summary: "A MachineConfig sets what only the installation or the update of a cluster decides.",
  severity: "error",
  varies: true,
  category: "support",
  documentation: [architecture("5.1.2"), architecture("5.3")],
  upstream: ["openshift/machine-config-operator docs/MachineConfig.md"],
  fix: "none",
  reads: [kinds.MachineConfig],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.MachineConfig),
  *check(resource, graph, { base }) {
    if (isShippedConfig(resource.name)) return yield notApplicable("an operator made it");
    yield* checkImage(resource, graph);
    yield* checkFips(resource, graph, base);
    for (const { path, message, advice, severity, other } of kernelFlaws(resource))
      yield fail(at(resource, ...path), message, {
        advice,
        ...(severity && { severity }),
        ...(other && { related: [{ at: at(resource, ...other), message: "the first of them" }] }),
      });
  },
});
