import { controlPlaneKinds, kinds } from "../mesh/kinds.ts";
import type { Kind, Resource } from "../model/resource.ts";
import { valueAt } from "../model/value.ts";

/** Groups whose kinds come when an operator acts on a resource of these kinds; OLM's operators may bring any. */
const brought: readonly { readonly by: readonly Kind[]; readonly group: RegExp }[] = [
  {
    by: [kinds.KnativeServing],
    group: /^(?:serving|networking\.internal|autoscaling\.internal|caching\.internal)\.knative\.dev$/,
  },
  {
    by: [kinds.KnativeEventing, kinds.KnativeKafka],
    group: /^(?:eventing|messaging|flows|sources|sinks|bindings)\.knative\.dev$/,
  },
  { by: controlPlaneKinds, group: /(?:^|\.)istio\.io$/ },
  { by: [kinds.TektonConfig], group: /(?:^|\.)tekton\.dev$/ },
  { by: [kinds.KataConfig], group: /^confidentialcontainers\.org$/ },
  { by: [kinds.OperatorSubscription], group: /./ },
];

const bringers: ReadonlySet<Kind> = new Set([
  kinds.CustomResourceDefinition,
  ...brought.flatMap(({ by }) => by),
]);

/** Those of some resources that may bring kinds of others. */
export function bringersAmong(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ kind }) => bringers.has(kind));
}

function defines({ kind, value }: Resource, group: string, name: string): boolean {
  return (
    kind === kinds.CustomResourceDefinition &&
    valueAt(value, ["spec", "group"]) === group &&
    valueAt(value, ["spec", "names", "kind"]) === name
  );
}

/**
 * Whether objects that are applied together bring the kind of another one: its definition, the operator that has it, or
 * the resource on which the operator installs it.
 *
 * @param among the {@link bringersAmong} them
 */
export function bringKind(among: readonly Resource[], { id, kind }: Resource): boolean {
  return among.some(
    (each) =>
      defines(each, id.group, id.kind) ||
      (each.kind !== kind && brought.some(({ by, group }) => by.includes(each.kind) && group.test(id.group))),
  );
}
