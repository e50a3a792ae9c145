import type { Graph } from "../../model/graph.ts";
import type { Kind, Resource } from "../../model/resource.ts";
import { isList, isMapping, type Value, valueAt } from "../../model/value.ts";
import { scriptKinds } from "../embedded-scripts.ts";
import { kinds } from "../kinds.ts";
import { once, oncePer, oncePerValue } from "../memo.ts";

/** Groups whose controllers make no pods, Secrets and ConfigMaps beyond those that the graph derives. */
const plainGroups: ReadonlySet<string> = new Set([
  ..." apps autoscaling batch extensions policy tekton.dev".split(" "),
  ...["networking", "security", "telemetry", "extensions"].map((name) => `${name}.istio.io`),
  ...["serving", "operator", "eventing", "messaging", "networking.internal"].map(
    (name) => `${name}.knative.dev`,
  ),
  ...[
    "apps",
    "authorization",
    "console",
    "image",
    "oauth",
    "project",
    "quota",
    "route",
    "security",
    "user",
  ].map((name) => `${name}.openshift.io`),
]);
/** Of other groups these make none either. */
const plainKinds: ReadonlySet<Kind> = new Set<Kind>([
  kinds.ServiceMeshMember,
  kinds.ServiceMeshMemberRoll,
  ...["PodMonitor", "PrometheusRule", "ServiceMonitor"].map((kind) => `${kind}.monitoring.coreos.com`),
]);

/** Kubernetes' own groups; a Gateway of its API brings pods along. */
const kubernetesGroup = /^(?!gateway\.).+\.k8s\.io$/;

function isPlain({ id, kind }: Resource): boolean {
  return plainGroups.has(id.group) || plainKinds.has(kind) || kubernetesGroup.test(id.group);
}

/** Objects whose controllers may make others that no manifest shows: custom resources. */
const makers = once((graph: Graph): readonly Resource[] =>
  graph.resources.filter((resource) => resource.standing !== "derived" && !isPlain(resource)),
);

function* textsIn(value: Value): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isList(value)) for (const item of value) yield* textsIn(item);
  else if (isMapping(value)) for (const item of Object.values(value)) yield* textsIn(item);
}

const textsOf = oncePerValue((resource): readonly string[] => [...textsIn(resource.value)]);

/** Whether a Kustomization renders charts, or runs generators of its own. */
const rendersMore = once((graph: Graph): boolean =>
  graph.set.documents.some(({ value }) =>
    ["helmCharts", "helmChartInflationGenerator", "generators"].some((key) => {
      const list = valueAt(value, [key]);
      return isList(list) && list.length > 0;
    }),
  ),
);

/** Whether something may bring objects into a namespace beside those that the set shows. */
export const hasMakers = oncePer((graph: Graph, namespace: string): boolean => {
  if (rendersMore(graph)) return true;
  return makers(graph).some(
    (maker) =>
      maker.namespace === namespace ||
      (maker.scope === "namespace" && maker.namespace === null) ||
      textsOf(maker).includes(namespace),
  );
});

/** Names of what Kustomize generates, without the hash that it adds. */
const generatedNames = once((graph: Graph): ReadonlySet<string> => {
  const names = graph.set.documents.flatMap(({ value }) =>
    ["configMapGenerator", "secretGenerator"].flatMap((key) => {
      const list = valueAt(value, [key]);
      return isList(list) ? list.map((item) => valueAt(item, ["name"])) : [];
    }),
  );
  return new Set(names.filter((name) => typeof name === "string"));
});

/** Secrets that OpenShift makes for the Services that ask for a certificate. */
const servingCertificates = once((graph: Graph): ReadonlySet<string> => {
  const keys = ["beta", "alpha"].map((level) => `service.${level}.openshift.io/serving-cert-secret-name`);
  const names = graph
    .all(kinds.Service)
    .flatMap(({ value }) => keys.map((key) => valueAt(value, ["metadata", "annotations", key])));
  return new Set(names.filter((name) => typeof name === "string"));
});

/** What the platform puts into namespaces by itself, or injects on request. */
const givenConfig =
  /^(?:kube-root-ca\.crt|openshift-service-ca\.crt|(?:.*-)?(?:trusted-ca|ca-bundle)(?:-.*)?)$/;
const givenSecret = /-(?:token|dockercfg)-[a-z0-9]{5}$/;

/** Whether a name is one of the platform's own making. */
export function isGivenObject(graph: Graph, kind: Kind, name: string): boolean {
  if (kind === kinds.ConfigMap && givenConfig.test(name)) return true;
  if (kind === kinds.Secret && (givenSecret.test(name) || servingCertificates(graph).has(name))) return true;
  return kind !== kinds.PersistentVolumeClaim && generatedNames(graph).has(name);
}

/** Claims of a StatefulSet's pods: `<template>-<set>-<number>`. */
function isClaimOfSet(graph: Graph, name: string): boolean {
  return graph
    .all(kinds.StatefulSet)
    .some(
      (set) =>
        /^-\d+$/.test(name.slice(name.lastIndexOf(set.name) + set.name.length)) &&
        name.includes(`-${set.name}-`),
    );
}

/**
 * Whether something in the set may make an object of this name: a custom resource that names it, or after which it is
 * named, or a script that mentions it.
 */
export function mayBeMade(graph: Graph, kind: Kind, name: string): boolean {
  if (kind === kinds.PersistentVolumeClaim && isClaimOfSet(graph, name)) return true;
  const byController = makers(graph).some(
    (maker) => name.startsWith(maker.name) || textsOf(maker).some((text) => text.includes(name)),
  );
  if (byController) return true;
  return graph
    .all(...scriptKinds)
    .some((runner) => textsOf(runner).some((text) => text.length > name.length && text.includes(name)));
}
