import { setValue } from "../../src/fix/edits.ts";
import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { configMapOf, limitOf, limits } from "../../src/mesh/peerpods/settings.ts";
import { isOwned } from "../../src/mesh/revision-templates.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "peerpods/limit-defaults-to-one",
  summary: "A hand-written PeerPodConfig has no limit, so each node may run one peer pod.",
  severity: "warning",
  category: "capacity",
  documentation: [peerPods("3.1.1")],
  upstream: [
    "openshift/cloud-api-adaptor src/peerpodconfig-ctrl/controllers/peerpodconfig_controller.go",
    "openshift/sandboxed-containers-operator controllers/openshift_controller.go",
  ],
  fix: "review",
  reads: [kinds.PeerPodConfig],
  subjects: (graph) => graph.own(kinds.PeerPodConfig).filter((config) => !isOwned(config)),
  *check(config, graph) {
    const limit = limitOf(config);
    if (limit.state === "unknown") return yield undecided(limit.why);
    if (limit.state !== "absent") return;
    if (isPatched(graph, config)) return yield undecided("the limit, which a patch may set");
    // Newer adaptors take the limit from there, and no PeerPodConfig at all.
    const settings = configMapOf(graph);
    if (settings && read(settings, ["data", "PEERPODS_LIMIT_PER_NODE"]).state !== "absent")
      return yield notApplicable(`ConfigMap ${settings.name} sets the limit`);
    const path = ["spec", "limit"];
    yield fail(
      at(config, ...path),
      `without a limit each node may run ${limits.controller} peer pod: the printed default of ${limits.operator} comes only with the PeerPodConfig that the operator itself writes`,
      remedy(`set the limit to "${limits.operator}"`, "review", setValue(config, path, `${limits.operator}`)),
    );
  },
});
