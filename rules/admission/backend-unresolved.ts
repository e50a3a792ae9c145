import {
  backendCertificateProblems,
  backendServiceProblems,
} from "../../src/mesh/admission/backend-problems.ts";
import { backendKinds, backendServices, serverWorkloads } from "../../src/mesh/admission/backends.ts";
import { workloadProblems } from "../../src/mesh/admission/server-problems.ts";
import { selectionProblems } from "../../src/mesh/admission/selection-problems.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "admission/backend-unresolved",
  summary:
    "The API server cannot call the server of a webhook or aggregated API: Service, port, pods or TLS do not fit.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [architecture("6.3"), architecture("6.5")],
  upstream: [
    "kubernetes/website content/en/docs/reference/access-authn-authz/extensible-admission-controllers.md",
  ],
  fix: "none",
  reads: [...backendKinds],
  subjects: (graph) => [
    ...graph.own(...backendKinds),
    ...backendServices(graph).keys(),
    ...serverWorkloads(graph).keys(),
  ],
  *check(resource, graph) {
    const isBackend = (backendKinds as readonly string[]).includes(resource.kind);
    const problems = isBackend
      ? [...backendServiceProblems(graph, resource), ...backendCertificateProblems(graph, resource)]
      : [...selectionProblems(graph, resource), ...workloadProblems(graph, resource)];
    for (const problem of problems)
      if ("needs" in problem) yield undecided(problem.needs);
      else {
        const { path, message, related, ...more } = problem;
        const others = related && [{ at: at(related.resource, ...related.path), message: related.message }];
        yield fail(at(resource, ...path), message, { ...more, ...(others && { related: others }) });
      }
  },
});
