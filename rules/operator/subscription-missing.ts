import { kinds } from "../../src/mesh/kinds.ts";
import { operatorNamespace } from "../../src/mesh/namespaces.ts";
import { customResources } from "../../src/mesh/operator-packages.ts";
import { packageOf, packages } from "../../src/mesh/prerequisites.ts";
import { installerOf, type SubscriptionFlaw, subscriptionFlaws } from "../../src/mesh/subscription-flaws.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, undecided, unsettled } from "../../src/rule/define.ts";
import type { Judgement } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations, olderIntegrations } from "../../src/rule/documents.ts";

function judge(subscription: Resource, flaw: SubscriptionFlaw): Judgement {
  const home = at(subscription, "metadata", "namespace");
  switch (flaw.type) {
    case "unknown":
      return undecided(flaw.needs);
    case "other-operator":
      return notApplicable(flaw.why);
    case "package":
      return fail(
        at(subscription, "spec", "name"),
        `the set has resources of ${flaw.meant}, and this Subscription is for "${flaw.written}"`,
        { advice: `use ${flaw.meant}` },
      );
    case "channel":
      return fail(at(subscription, "spec", "channel"), `${flaw.meant} has no channel "${flaw.channel}"`, {
        severity: "info",
        advice: "use stable, or one that the catalogue lists",
      });
    case "namespace":
      return fail(
        home,
        `${flaw.meant} is installed into ${flaw.namespace}, where the documents have ${flaw.usual.join(" or ")}`,
        { severity: "info", advice: `use ${flaw.usual[0] ?? operatorNamespace}` },
      );
    case "group": {
      const place = flaw.at && { at: at(flaw.at.resource, ...flaw.at.path), message: "the namespaces" };
      return fail(home, flaw.what, { severity: "info", related: place ? [place] : [], advice: flaw.remedy });
    }
  }
}

export const rule = defineRule({
  id: "operator/subscription-missing",
  summary:
    "The set installs one of the operators, and has resources of another one that it does not install.",
  severity: "warning",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.1"), olderIntegrations("1.3"), oldestIntegrations("1.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/mesh_resources/subscription.yaml",
    "openshift-knative/serverless-operator hack/lib/mesh_v3_resources/01_subscription.yaml",
  ],
  fix: "none",
  reads: [kinds.OperatorSubscription],
  subjects: (graph) => [
    ...graph.own(kinds.OperatorSubscription),
    ...Object.values(packages).flatMap((name) => customResources(graph, name).slice(0, 1)),
  ],
  *check(resource, graph) {
    const wanted = packageOf(resource.kind);
    if (wanted === null) {
      for (const flaw of subscriptionFlaws(graph, resource)) yield judge(resource, flaw);
      return;
    }
    const installer = installerOf(graph, resource, wanted);
    if (installer.state === "none" || installer.state === "unknown") return yield unsettled(installer);
    if (installer.state === "missing")
      yield fail(
        at(resource),
        `nothing in the set installs ${wanted}, which ${resource.id.kind} needs, while another operator is installed`,
        {
          related: [{ at: at(installer.other, "spec", "name"), message: "the other operator" }],
          advice: `add the Subscription of ${wanted}`,
        },
      );
  },
});
