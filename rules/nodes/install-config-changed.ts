import { kinds } from "../../src/mesh/kinds.ts";
import { changesAfterInstallation } from "../../src/mesh/nodes/install-config.ts";
import { formatPath } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "nodes/install-config-changed",
  summary: "An install-config.yaml changes what the running cluster cannot follow.",
  severity: "warning",
  category: "change safety",
  documentation: [architecture("2.1.2")],
  fix: "none",
  reads: [kinds.InstallConfig],
  selfContained: true,
  subjects: (graph, { base }) =>
    base ? graph.own(kinds.InstallConfig) : notApplicable("needs a base revision (--base REV)"),
  *check(resource, _graph, { base }) {
    const changes = base && changesAfterInstallation(resource, base);
    if (changes === null) return yield notApplicable("it is not in the base revision");
    for (const path of changes)
      yield fail(
        at(resource, ...path),
        `${formatPath(path)} is not what the cluster was installed with, and the running cluster does not follow`,
        { advice: "put it back, and change the cluster's own resources where that is possible" },
      );
  },
});
