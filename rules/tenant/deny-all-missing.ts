import { anchor, isolation } from "../../src/mesh/isolation.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { servingNamespace } from "../../src/mesh/knative-gateways.ts";
import { eventingNamespace } from "../../src/mesh/namespaces.ts";
import { mayBeElsewhere } from "../../src/mesh/permission-coverage.ts";
import { refusedByDefault } from "../../src/mesh/refusals.ts";
import { hasPlatformPolicies } from "../../src/mesh/tenant-groups.ts";
import { componentExists } from "../../src/mesh/tenant-requirements.ts";
import { atLeast } from "../../src/model/version.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const advice =
  'add an AuthorizationPolicy "deny-all-by-default" with an empty spec, after the policies that allow something';

export const rule = defineSetRule({
  id: "tenant/deny-all-missing",
  summary: "No empty AuthorizationPolicy refuses by default what reaches the components that tenants share.",
  severity: "error",
  category: "security",
  documentation: [integrations("2.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_resources/authorization-policies/setup/common-deny-all-by-default.yaml",
  ],
  applies: "Serverless >= 1.31",
  documentedFrom: "1.31",
  fix: "review",
  reads: [kinds.AuthorizationPolicy],
  applicable(graph) {
    const found = isolation(graph);
    if (found.state === "no") return notApplicable(found.why);
    if (!atLeast(graph.profile.serverless, "1.31"))
      return notApplicable("documented from Serverless 1.31 on");
    return hasPlatformPolicies(graph) ? null : undecided("the platform's policies");
  },
  *check(graph) {
    for (const namespace of [servingNamespace, eventingNamespace]) {
      const runs = componentExists(graph, namespace === servingNamespace ? "activator" : "imc-dispatcher");
      if (runs.state === "no") continue;
      const found = refusedByDefault(graph, namespace);
      if (found.state === "yes") continue;
      const needs = found.state === "unknown" ? found.needs : mayBeElsewhere(graph);
      if (needs !== null) {
        yield undecided(needs);
        continue;
      }
      const place = anchor(graph, null, namespace);
      if (place === null) continue;
      yield fail(
        at(place.resource, ...place.path),
        `no AuthorizationPolicy with an empty spec refuses by default what reaches ${namespace}`,
        { advice: `${advice}, to ${namespace}` },
      );
    }
  },
});
