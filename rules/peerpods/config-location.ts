import { kinds } from "../../src/mesh/kinds.ts";
import { configName, operatorNamespace, peerPodsState } from "../../src/mesh/peerpods/settings.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "peerpods/config-location",
  summary: "The PeerPodConfig has another name or place than the operator's, or nothing enables peer pods.",
  severity: "warning",
  category: "configuration",
  documentation: [peerPods("3.1.1")],
  upstream: ["openshift/sandboxed-containers-operator controllers/openshift_controller.go"],
  fix: "none",
  reads: [kinds.PeerPodConfig],
  subjects: (graph) => graph.own(kinds.PeerPodConfig),
  *check(config, graph) {
    const { name, namespace } = config;
    if (isUnknown(name)) yield undecided("the name of the PeerPodConfig");
    else if (name !== configName)
      yield fail(
        at(config, "metadata", "name"),
        `the PeerPodConfig is named ${JSON.stringify(name)}, and the operator's is ${configName}`,
        { advice: `name it ${configName}` },
      );
    if (namespace === null) yield undecided(`the namespace of PeerPodConfig ${name}`);
    else if (namespace !== operatorNamespace)
      yield fail(
        at(config, "metadata", "namespace"),
        `the PeerPodConfig is in namespace ${namespace}, and the operator's is in ${operatorNamespace}`,
        { advice: `put it into ${operatorNamespace}` },
      );
    const enabled = peerPodsState(graph);
    if (enabled.state === "unknown") yield undecided(enabled.needs);
    if (enabled.state !== "disabled") return;
    const off = enabled.at?.resource.standing === "own" ? enabled.at : null;
    yield off
      ? fail(
          at(off.resource, ...off.path),
          `KataConfig ${off.resource.name} leaves peer pods off, so nothing takes PeerPodConfig ${name} into account`,
          { advice: "set enablePeerPods: true", related: [{ at: at(config), message: "the PeerPodConfig" }] },
        )
      : fail(
          at(config, "kind"),
          `no KataConfig with enablePeerPods: true goes with PeerPodConfig ${name}, so nothing takes it into account`,
          { advice: "add a KataConfig with enablePeerPods: true" },
        );
  },
});
