import { setValue } from "../../src/fix/edits.ts";
import { flaggedFields, hasFlag } from "../../src/mesh/feature-flags.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { configMap } from "../../src/mesh/operator-config.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { revisionKinds, revisionTemplates } from "../../src/mesh/revision-templates.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations, peerPods } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "serving/feature-flag-missing",
  summary: "A Knative Service uses a field that Serving refuses unless a feature flag allows it.",
  severity: "error",
  category: "schema",
  documentation: [integrations("5"), peerPods("3.1")],
  upstream: ["knative/serving pkg/apis/config/features.go", "knative/serving pkg/apis/serving/fieldmask.go"],
  fix: "review",
  reads: [...revisionKinds],
  subjects: revisionTemplates,
  *check(service, graph) {
    const fields = graph.podsOf(service).flatMap(flaggedFields);
    const servings = graph.all(kinds.KnativeServing);
    for (const { path, name, flags } of fields) {
      const answers = servings.map((serving) => hasFlag(serving, flags));
      if (answers.includes("yes")) continue;
      const patched = servings.some((serving) => isPatched(graph, serving));
      const [serving] = servings;
      if (!serving || patched || answers.includes("unknown")) {
        yield undecided("the feature flags of the KnativeServing");
        continue;
      }
      const map = configMap(serving, "features");
      const features = map.state === "value" ? map.value.path : ["spec", "config", "features"];
      const [flag = ""] = flags;
      const title = `set ${flag} to enabled in the features of the KnativeServing`;
      const isOwn = serving.standing === "own";
      const edits = isOwn ? setValue(serving, [...features, flag], "enabled") : null;
      yield fail(
        at(service, ...path),
        `${name} needs the feature flag ${flag}, which Serving does not have`,
        {
          related: [{ at: at(serving, ...features), message: "the features of Serving" }],
          ...(edits ? { fix: { title, safety: "review" as const, edits } } : { advice: title }),
        },
      );
    }
  },
});
