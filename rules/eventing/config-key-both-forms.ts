import { removeKey } from "../../src/fix/edits.ts";
import { doubleMaps } from "../../src/mesh/eventing-config.ts";
import { readMap } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { toJson } from "../../src/model/value.ts";
import { at, atKey, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "eventing/config-key-both-forms",
  summary: "A map of Eventing's configuration stands there under both of its names, and one of them is lost.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator pkg/istio/eventingistio/istio.go",
    "knative/operator pkg/reconciler/common/config_maps.go",
  ],
  fix: "safe",
  reads: [kinds.KnativeEventing],
  candidates: "each",
  subjects: (graph) => graph.own(kinds.KnativeEventing),
  *check(eventing) {
    const config = readMap(eventing, ["spec", "config"]);
    if (config.state === "unknown") return yield undecided(config.why);
    for (const { name, short, full, lost } of doubleMaps(eventing)) {
      if (lost.length === 0) continue;
      const path = ["spec", "config", name];
      const split = name === "features" && lost.includes("istio");
      const effect = split
        ? `the operator decides by ${toJson(short.istio)} of features, Eventing itself by ${toJson(full.istio)}`
        : `${lost.join(", ")} of the short one ${lost.length === 1 ? "is" : "are"} lost`;
      // Whether the feature istio is on decides what runs: nobody but a person knows which one was meant.
      const same = Object.keys(short).every((key) => Object.hasOwn(full, key)) && !split;
      const title = `remove ${name}, of which nothing counts`;
      const edits = same ? removeKey(eventing, path) : null;
      yield fail(
        atKey(eventing, ...path),
        `${name} and config-${name} fill the same ConfigMap, and the full name wins: ${effect}`,
        {
          related: [{ at: at(eventing, "spec", "config", `config-${name}`), message: "the map that counts" }],
          ...(edits
            ? { fix: { title, safety: "safe" as const, edits } }
            : { advice: "keep one of the two, with all keys" }),
        },
      );
    }
  },
});
