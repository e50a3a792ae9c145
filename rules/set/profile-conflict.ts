import { defineSetRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "set/profile-conflict",
  summary: "The config names another version than the manifests of the set do.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("1.1")],
  fix: "none",
  reads: [],
  selfContained: true,
  *check(graph) {
    for (const { key, config, detected, at } of graph.profile.conflicts) {
      yield fail(
        { location: at },
        `the profile says ${key} ${config}, but this manifest says ${detected}; rules follow the profile`,
        { advice: `set ${key} to "${detected}" in meshlint.yaml, or remove it there` },
      );
    }
  },
});
