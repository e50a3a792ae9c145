import { quoteScalar } from "../../src/fix/edits.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { limitOf } from "../../src/mesh/peerpods/settings.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

const path = ["spec", "limit"];

export const rule = defineRule({
  id: "peerpods/limit-invalid",
  summary: "The limit of a PeerPodConfig is not a whole number in a string.",
  severity: "error",
  category: "schema",
  documentation: [peerPods("3.1.1"), peerPods("3.1.1.1")],
  upstream: [
    "openshift/sandboxed-containers-operator config/manifests/extension-crds/confidentialcontainers.org_peerpodconfigs.yaml",
    "openshift/cloud-api-adaptor src/peerpodconfig-ctrl/api/v1alpha1/peerpodconfig_types.go",
  ],
  fix: "safe",
  reads: [kinds.PeerPodConfig],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.PeerPodConfig),
  *check(config) {
    const limit = limitOf(config);
    const advice = 'write a whole number in quotes, such as "10"';
    if (limit.state === "unknown") yield undecided(limit.why);
    else if (limit.state === "wrong")
      yield fail(at(config, ...path), `the limit is ${limit.text}, which is no whole number`, { advice });
    else if (limit.state === "bare") {
      const edits = limit.whole ? quoteScalar(config, path) : null;
      // Bare, `010` is eight; in quotes it would be ten.
      const same = edits?.some(({ text }) => text === `"${limit.text}"`) === true;
      yield fail(
        at(config, ...path),
        `the limit is ${limit.written}, and the API server takes nothing but a string there`,
        same ? remedy("put the number in quotes", "safe", edits) : { advice },
      );
    }
  },
});
