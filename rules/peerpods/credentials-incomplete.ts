import { kinds } from "../../src/mesh/kinds.ts";
import {
  cloudOf,
  isProvider,
  keysPath,
  type Store,
  storeState,
} from "../../src/mesh/peerpods/credentials.ts";
import { peerPodsState, storeFields } from "../../src/mesh/peerpods/settings.ts";
import type { Graph } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import { atLeast, formatVersion } from "../../src/model/version.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

function* lacking(graph: Graph, config: Resource, store: Store, cloud: string | null): Generator<Judgement> {
  const found = storeState(graph, config, store, cloud);
  const place = at(config, "spec", storeFields[store]);
  if (found.state === "unknown") yield undecided(found.needs);
  // A KataConfig names neither of them: they may be brought by hand.
  if (found.state === "absent" && config.kind === kinds.KataConfig) yield undecided(found.wanted);
  else if (found.state === "absent")
    yield fail(place, `peer pods need ${found.wanted}, and there is none`, {
      advice: store === "Secret" ? "add the Secret, sealed or from a store of secrets" : "add the ConfigMap",
    });
  if (found.state !== "lacks") return;
  const { resource } = found;
  const keys = found.keys.join(", ");
  yield fail(
    resource.standing === "own" ? at(resource, ...keysPath(resource)) : place,
    `${label(resource)} lacks ${keys}, which peer pods need on ${cloud === "aws" ? "AWS" : "Azure"}`,
    { advice: `add ${keys}` },
  );
}

export const rule = defineRule({
  id: "peerpods/credentials-incomplete",
  summary: "The Secret or ConfigMap with what peer pods need from the cloud is missing or lacks keys.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [peerPods("3.1"), peerPods("3.1.2"), peerPods("3.1.3")],
  upstream: [
    "openshift/sandboxed-containers-operator controllers/image_generator.go",
    "openshift/sandboxed-containers-operator controllers/credentials_controller.go",
  ],
  fix: "none",
  reads: [kinds.PeerPodConfig, kinds.KataConfig],
  subjects(graph) {
    const configs = graph.own(kinds.PeerPodConfig);
    if (configs.length > 0) return configs;
    // The operator writes the PeerPodConfig, with the default names.
    const enabled = peerPodsState(graph);
    return enabled.state === "enabled" && enabled.at.resource.standing === "own" ? [enabled.at.resource] : [];
  },
  *check(config, graph) {
    if (config.kind === kinds.PeerPodConfig && config.namespace === null)
      return yield undecided(`the namespace of PeerPodConfig ${config.name}`);
    const cloud = cloudOf(graph, config);
    const name = cloud.state === "value" ? cloud.value : null;
    yield* lacking(graph, config, "Secret", name);
    yield* lacking(graph, config, "ConfigMap", name);
    if (name === null)
      return yield undecided("the cloud: CLOUD_PROVIDER of the ConfigMap, or profile.platform");
    const { openshift } = graph.profile;
    const preview = (advice: string) => ({ severity: "warning", advice }) as const;
    if (!isProvider(name))
      yield fail(
        at(config),
        `the documents describe peer pods on AWS and Azure, and the platform is ${name}`,
        preview("run peer pods on AWS or Azure"),
      );
    else if (openshift && !atLeast(openshift, "4.13"))
      yield fail(
        at(config),
        `peer pods need OpenShift 4.13, and the cluster has ${formatVersion(openshift)}`,
        preview("update the cluster first"),
      );
  },
});
