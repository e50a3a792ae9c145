import { setValue } from "../../src/fix/edits.ts";
import { isEnabled, istioFeature } from "../../src/mesh/eventing-config.ts";
import { readNumber } from "../../src/mesh/field.ts";
import { otherIngress } from "../../src/mesh/gateway-scope.ts";
import { integration } from "../../src/mesh/integration.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { workloadOverride } from "../../src/mesh/overrides.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { facts, holds } from "../../src/mesh/version-facts.ts";
import type { Severity } from "../../src/model/finding.ts";
import { formatVersion } from "../../src/model/version.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, olderIntegrations } from "../../src/rule/documents.ts";

const controller = "eventing-istio-controller";

export const rule = defineRule({
  id: "eventing/istio-feature-not-enabled",
  summary: "Eventing works beside a mesh, but its Istio feature is off.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.4.3"), olderIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator pkg/istio/eventingistio/istio.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/eventing/extension.go",
  ],
  applies: "Serverless >= 1.28",
  fix: "review",
  reads: [kinds.KnativeEventing],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    if (!integration(graph).evident) return notApplicable("nothing shows that Serverless works with a mesh");
    if (!holds(facts.eventingMember, graph.profile)) {
      const version = formatVersion(graph.profile.serverless);
      return notApplicable(`the documents of Serverless ${version} know no Eventing in the mesh`);
    }
    return graph.own(kinds.KnativeEventing);
  },
  *check(eventing, graph) {
    const severity: Severity = holds(facts.eventingPreview, graph.profile) ? "info" : "error";
    const feature = istioFeature(eventing);
    const { value, path } = feature;
    const enabled = isEnabled(feature);
    if (value.state === "unknown") return yield undecided(value.why);
    if (value.state === "absent" && isPatched(graph, eventing))
      return yield undecided("the patches of the KnativeEventing");
    if (enabled === "no") {
      const found =
        value.state === "value"
          ? `the feature istio is ${JSON.stringify(value.value)}`
          : "the feature istio is not set";
      const title = "set the feature istio to enabled";
      const edits = setValue(eventing, path, "enabled");
      yield fail(
        at(eventing, ...path),
        `${found}, so the controller that prepares channels for the mesh does not run and the operator's NetworkPolicies for the mesh are removed`,
        {
          severity,
          ...(edits ? { fix: { title, safety: "review" as const, edits } } : { advice: title }),
        },
      );
    }
    // Of several entries for one workload the later one counts.
    const pins = workloadOverride(eventing, controller).entries.map((entry) => [...entry.path, "replicas"]);
    const pinned = pins.findLast((replicas) => readNumber(eventing, replicas).state !== "absent");
    const count = pinned && readNumber(eventing, pinned);
    if (pinned && count?.state === "value" && count.value === 0) {
      yield fail(
        at(eventing, ...pinned),
        `${controller} is held at 0 replicas, as if the feature istio were off`,
        {
          severity,
          advice: "remove the replicas of this override",
        },
      );
    }
  },
});
