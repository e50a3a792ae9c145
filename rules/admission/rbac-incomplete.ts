import { aggregatedServers, shortfallsOf } from "../../src/mesh/admission/aggregated-server-roles.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "admission/rbac-incomplete",
  summary:
    "The server of a webhook behind an aggregated API, or its callers, lack a permission that this takes.",
  severity: "error",
  category: "permissions",
  documentation: [architecture("6.5")],
  upstream: ["openshift/generic-admission-server README.md"],
  fix: "none",
  reads: [kinds.ApiService],
  subjects: (graph) => [...aggregatedServers(graph).keys()],
  *check(workload, graph) {
    const server = aggregatedServers(graph).get(workload);
    if (server === undefined) return;
    for (const shortfall of shortfallsOf(graph, server.pod, server.needs))
      if ("needs" in shortfall) yield undecided(shortfall.needs);
      else
        yield fail(at(shortfall.resource, ...shortfall.path), shortfall.message, {
          advice: shortfall.advice,
        });
  },
});
