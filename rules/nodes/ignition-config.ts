import { kinds } from "../../src/mesh/kinds.ts";
import { isMachineRunning } from "../../src/mesh/nodes/day-two.ts";
import type { Flaw, FlawOrOpen } from "../../src/mesh/nodes/flaw.ts";
import { fileFlaws } from "../../src/mesh/nodes/ignition-files.ts";
import { configPath, saysSomething } from "../../src/mesh/nodes/ignition-parts.ts";
import { sectionFlaws, userFlaws, versionFlaws } from "../../src/mesh/nodes/ignition-sections.ts";
import { isUserData, remoteConfigFlaws } from "../../src/mesh/nodes/remote-configs.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import type { Resource } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, type Problem, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

function problemOf(resource: Resource, { path, message, advice, severity, other }: Flaw): Problem {
  return fail(at(resource, ...path), message, {
    ...(severity && { severity }),
    ...(other && { related: [{ at: at(resource, ...other), message: "the first of them" }] }),
    advice,
  });
}

export const rule = defineRule({
  id: "nodes/ignition-config",
  summary: "An Ignition config that nodes cannot apply.",
  severity: "error",
  varies: true,
  category: "schema",
  documentation: ["5.1.1", "5.1.2", "5.1.4.1", "5.2", "5.3"].map(architecture),
  upstream: [
    "openshift/machine-config-operator docs/MachineConfigDaemon.md",
    "openshift/machine-config-operator docs/MachineConfig.md",
    "openshift/machine-config-operator pkg/controller/common/helpers.go",
    "openshift/machine-config-operator pkg/controller/common/reconcile.go",
    "coreos/butane docs/specs.md",
  ],
  fix: "none",
  reads: [kinds.MachineConfig, kinds.Secret],
  // Flaws of each text: none of them goes away because another candidate is right.
  candidates: "each",
  subjects: (graph) => [...graph.own(kinds.MachineConfig), ...graph.own(kinds.Secret).filter(isUserData)],
  *check(resource, graph, { base }) {
    if (isUserData(resource)) {
      for (const flaw of remoteConfigFlaws(resource)) yield problemOf(resource, flaw);
      return;
    }
    const config = valueAt(resource.value, configPath);
    if (isUnknown(config)) return yield undecided("spec.config");
    if (!saysSomething(config)) return yield notApplicable("it has no Ignition config");
    const { openshift } = graph.profile;
    const found: readonly FlawOrOpen[] = [
      ...versionFlaws(resource, openshift),
      ...sectionFlaws(resource, isMachineRunning(resource, base)),
      ...userFlaws(resource, openshift),
      ...fileFlaws(resource),
      ...remoteConfigFlaws(resource),
    ];
    for (const flaw of found) yield "needs" in flaw ? undecided(flaw.needs) : problemOf(resource, flaw);
  },
});
