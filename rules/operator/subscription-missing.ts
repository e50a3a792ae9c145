import { goesWith } from "../../src/mesh/alternatives.ts";
import { read, readString } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { operatorNamespace } from "../../src/mesh/namespaces.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { packageOf, packages, subscriptionsOf } from "../../src/mesh/prerequisites.ts";
import {
  customResources,
  isChannel,
  looksLike,
  namespacesOf,
  substitutesOf,
} from "../../src/mesh/operator-packages.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isList } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations, olderIntegrations } from "../../src/rule/documents.ts";

const info = "info" as const;

function* checkGroup(subscription: Resource, graph: Graph, namespace: string): Generator<Judgement> {
  const groups = graph.all(kinds.OperatorGroup).filter((group) => group.namespace === namespace);
  const [first, second] = groups;
  if (!first)
    return yield fail(
      at(subscription, "metadata", "namespace"),
      `there is no OperatorGroup in ${namespace}, and nothing is installed without one`,
      { severity: info, advice: `add an OperatorGroup to ${namespace}` },
    );
  if (second && second.name !== first.name)
    yield fail(
      at(subscription, "metadata", "namespace"),
      `there are several OperatorGroups in ${namespace}, and nothing is installed then`,
      { severity: info, advice: "keep one of them" },
    );
  const targets = read(first, ["spec", "targetNamespaces"]);
  if (targets.state === "value" && isList(targets.value) && targets.value.length > 0)
    yield fail(
      at(subscription, "metadata", "namespace"),
      `the OperatorGroup of ${namespace} names namespaces, and the operator watches all of them only`,
      {
        severity: info,
        related: [{ at: at(first, "spec", "targetNamespaces"), message: "the namespaces" }],
        advice: "leave spec of the OperatorGroup empty",
      },
    );
}

function* checkSubscription(subscription: Resource, graph: Graph): Generator<Judgement> {
  const name = readString(subscription, ["spec", "name"]);
  if (name.state !== "value") return yield undecided("the package of the Subscription");
  const meant = looksLike(name.value);
  if (meant === null) return yield notApplicable(`${name.value} is none of the operators`);
  if (meant !== name.value) {
    if (customResources(graph, meant).length === 0 || subscriptionsOf(graph, meant).length > 0) return;
    return yield fail(
      at(subscription, "spec", "name"),
      `the set has resources of ${meant}, and this Subscription is for "${name.value}"`,
      { advice: `use ${meant}` },
    );
  }
  const channel = readString(subscription, ["spec", "channel"]);
  if (channel.state === "value" && !isChannel(channel.value)) {
    // Bases leave it to their overlays.
    if (isPatched(graph, subscription)) yield undecided("the patches of the Subscription");
    else
      yield fail(at(subscription, "spec", "channel"), `${meant} has no channel "${channel.value}"`, {
        severity: info,
        advice: "use stable, or one that the catalogue lists",
      });
  }
  const { namespace } = subscription;
  if (namespace === null) return yield undecided(`the namespace of Subscription ${subscription.name}`);
  const usual = namespacesOf(meant);
  if (!usual.includes(namespace))
    yield fail(
      at(subscription, "metadata", "namespace"),
      `${meant} is installed into ${namespace}, where the documents have ${usual.join(" or ")}`,
      { severity: info, advice: `use ${usual[0] ?? operatorNamespace}` },
    );
  else if (namespace !== operatorNamespace) yield* checkGroup(subscription, graph, namespace);
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
    if (wanted === null) return yield* checkSubscription(resource, graph);
    if (substitutesOf(wanted).some((name) => subscriptionsOf(graph, name).length > 0)) return;
    const all = graph.all(kinds.OperatorSubscription).map((subscription) => ({
      subscription,
      name: readString(subscription, ["spec", "name"]),
    }));
    if (all.some(({ name }) => name.state !== "value"))
      return yield undecided("the packages of the Subscriptions");
    if (all.some(({ name }) => name.state === "value" && looksLike(name.value) === wanted))
      return yield notApplicable("the Subscription with its misspelt package is reported");
    const other = all.find(({ name }) => name.state === "value" && looksLike(name.value) !== null);
    if (!other) return yield notApplicable("the set installs none of the operators");
    const match = goesWith(graph, resource, other.subscription);
    const installer = `Subscription ${other.subscription.name}`;
    if (match === "other") return yield notApplicable(`${installer} lies beside another ${resource.id.kind}`);
    if (match === "unknown")
      return yield undecided(`which ${resource.id.kind} of several folders is applied with ${installer}`);
    yield fail(
      at(resource),
      `nothing in the set installs ${wanted}, which ${resource.id.kind} needs, while another operator is installed`,
      {
        related: [{ at: at(other.subscription, "spec", "name"), message: "the other operator" }],
        advice: `add the Subscription of ${wanted}`,
      },
    );
  },
});
