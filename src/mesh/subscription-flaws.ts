import type { Graph } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList } from "../model/value.ts";
import { goesWith } from "./alternatives.ts";
import { type Place, read, readString } from "./field.ts";
import { kinds } from "./kinds.ts";
import { operatorNamespace } from "./namespaces.ts";
import { customResources, isChannel, looksLike, namespacesOf, substitutesOf } from "./operator-packages.ts";
import { isPatched } from "./patches.ts";
import { type Package, subscriptionsOf } from "./prerequisites.ts";

/** Why nothing is installed in a namespace, or not for the whole cluster. */
export interface GroupFlaw {
  /** A clause: "there is no OperatorGroup in …". */
  readonly what: string;
  /** An imperative. */
  readonly remedy: string;
  /** The field of the OperatorGroup that is wrong; null: it is not about one group. */
  readonly at: Place | null;
}

/** Why a Subscription does not install its operator, or not as the documents have it. */
export type SubscriptionFlaw =
  /** The package is none of the operators, but nearly `meant`, whose resources the set has. */
  | { readonly type: "package"; readonly written: string; readonly meant: Package }
  | { readonly type: "channel"; readonly channel: string; readonly meant: Package }
  | {
      readonly type: "namespace";
      readonly namespace: string;
      readonly meant: Package;
      /** Where the documents have it, the preferred one first. */
      readonly usual: readonly string[];
    }
  | ({ readonly type: "group" } & GroupFlaw)
  | { readonly type: "unknown"; readonly needs: string }
  | { readonly type: "other-operator"; readonly why: string };

function* groupFlaws(graph: Graph, namespace: string): Generator<GroupFlaw> {
  const groups = graph.all(kinds.OperatorGroup).filter((group) => group.namespace === namespace);
  const [group, second] = groups;
  if (!group) {
    const what = `there is no OperatorGroup in ${namespace}, and nothing is installed without one`;
    return yield { what, remedy: `add an OperatorGroup to ${namespace}`, at: null };
  }
  if (second && second.name !== group.name) {
    const what = `there are several OperatorGroups in ${namespace}, and nothing is installed then`;
    yield { what, remedy: "keep one of them", at: null };
  }
  const path = ["spec", "targetNamespaces"];
  const targets = read(group, path);
  if (targets.state !== "value" || !isList(targets.value) || targets.value.length === 0) return;
  const what = `the OperatorGroup of ${namespace} names namespaces, and the operator watches all of them only`;
  yield { what, remedy: "leave spec of the OperatorGroup empty", at: { resource: group, path } };
}

export function* subscriptionFlaws(graph: Graph, subscription: Resource): Generator<SubscriptionFlaw> {
  const name = readString(subscription, ["spec", "name"]);
  if (name.state !== "value") return yield { type: "unknown", needs: "the package of the Subscription" };
  const written = name.value;
  const meant = looksLike(written);
  if (meant === null) return yield { type: "other-operator", why: `${written} is none of the operators` };
  if (meant !== written) {
    const isNeeded = customResources(graph, meant).length > 0 && subscriptionsOf(graph, meant).length === 0;
    if (isNeeded) yield { type: "package", written, meant };
    return;
  }
  const channel = readString(subscription, ["spec", "channel"]);
  if (channel.state === "value" && !isChannel(channel.value)) {
    // Bases leave it to their overlays.
    if (isPatched(graph, subscription)) yield { type: "unknown", needs: "the patches of the Subscription" };
    else yield { type: "channel", channel: channel.value, meant };
  }
  const { namespace } = subscription;
  const usual = namespacesOf(meant);
  if (namespace === null)
    yield { type: "unknown", needs: `the namespace of Subscription ${subscription.name}` };
  else if (!usual.includes(namespace)) yield { type: "namespace", namespace, meant, usual };
  else if (namespace !== operatorNamespace)
    for (const flaw of groupFlaws(graph, namespace)) yield { type: "group", ...flaw };
}

export type Installer =
  /** Nothing installs the operator, while `other` installs another one. */
  | { readonly state: "missing"; readonly other: Resource }
  | { readonly state: "there" }
  | { readonly state: "none"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether the set installs the operator that a resource of its own is for, as far as it installs any. */
export function installerOf(graph: Graph, resource: Resource, wanted: Package): Installer {
  const none = (why: string): Installer => ({ state: "none", why });
  if (substitutesOf(wanted).some((name) => subscriptionsOf(graph, name).length > 0))
    return { state: "there" };
  const all = graph.all(kinds.OperatorSubscription).map((subscription) => {
    const name = readString(subscription, ["spec", "name"]);
    return { subscription, name, meant: name.state === "value" ? looksLike(name.value) : null };
  });
  if (all.some(({ name }) => name.state !== "value"))
    return { state: "unknown", needs: "the packages of the Subscriptions" };
  if (all.some(({ meant }) => meant === wanted))
    return none("the Subscription with its misspelt package is reported");
  const other = all.find(({ meant }) => meant !== null)?.subscription;
  if (!other) return none("the set installs none of the operators");
  const match = goesWith(graph, resource, other);
  const { kind } = resource.id;
  if (match === "other") return none(`Subscription ${other.name} lies beside another ${kind}`);
  if (match === "yes") return { state: "missing", other };
  const needs = `which ${kind} of several folders is applied with Subscription ${other.name}`;
  return { state: "unknown", needs };
}
