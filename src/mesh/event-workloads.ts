import type { Graph, PodTemplate } from "../model/graph.ts";
import { isUnknown } from "../model/placeholder.ts";
import type { Kind, Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { labelValue, read, readString, valueOr } from "./field.ts";
import { parseServiceHost } from "./hosts.ts";
import { injection, injectionInMesh } from "./injection.ts";
import { kinds, workloadKinds } from "./kinds.ts";
import { labelsOf, matchesSelector } from "./label-match.ts";
import { meshesOf } from "./membership.ts";
import { once } from "./memo.ts";
import { namespaceMode } from "./mtls.ts";
import { namespaceLabel } from "./namespace-labels.ts";
import { eventingNamespace } from "./namespaces.ts";
import { isPatched } from "./patches.ts";
import { requestPlace } from "./revision-templates.ts";

/** Kinds that make workloads of their own send or take events. */
export const eventWorkloadKinds = [
  kinds.ContainerSource,
  kinds.SinkBinding,
  kinds.Trigger,
  kinds.MessagingSubscription,
] as const;

/** The workloads that a resource of Eventing makes or names, and where it names them. */
export interface EventWorkloads {
  readonly workloads: readonly Resource[];
  readonly path: Path;
  /** Where the other end of the events is, as far as known. */
  readonly peers: readonly string[];
  readonly needs: readonly string[];
}

const none: EventWorkloads = { workloads: [], path: [], peers: [], needs: [] };

/** Kinds of sinks whose pods are those of Eventing itself. */
const eventingSinks: readonly string[] = [
  "Broker",
  "Channel",
  "InMemoryChannel",
  "KafkaChannel",
  "KafkaSink",
];

function hostOf(uri: string): ReturnType<typeof parseServiceHost> {
  const host = /^https?:\/\/([^/:?#]+)/i.exec(uri)?.[1];
  return host === undefined ? null : parseServiceHost(host.toLowerCase());
}

/** The namespace of the pods that a destination (`ref` or `uri`) leads to; null if not known. */
function destination(resource: Resource, path: Path): string | null {
  const kind = valueOr(readString(resource, [...path, "ref", "kind"]), null);
  if (kind !== null && eventingSinks.includes(kind)) return eventingNamespace;
  if (kind !== null) return valueOr(readString(resource, [...path, "ref", "namespace"]), resource.namespace);
  const uri = readString(resource, [...path, "uri"]);
  return uri.state === "value" ? (hostOf(uri.value)?.namespace ?? null) : null;
}

const sinkOf = (resource: Resource): readonly string[] => {
  const namespace = destination(resource, ["spec", "sink"]);
  return namespace === null ? [] : [namespace];
};

function kindOf(apiVersion: string, kind: string): Kind {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? kind : `${kind}.${apiVersion.slice(0, slash)}`;
}

/** The subject of a SinkBinding, by name or by the labels of the object itself. */
function bound(graph: Graph, binding: Resource): EventWorkloads {
  const path = ["spec", "subject"];
  const peers = sinkOf(binding);
  const open = (needs: string): EventWorkloads => ({ workloads: [], path, peers, needs: [needs] });
  const apiVersion = readString(binding, [...path, "apiVersion"]);
  const kindName = readString(binding, [...path, "kind"]);
  const { namespace } = binding;
  if (apiVersion.state !== "value" || kindName.state !== "value" || namespace === null)
    return open(`the subject of SinkBinding ${binding.name}`);
  const kind = kindOf(apiVersion.value, kindName.value);
  const name = readString(binding, [...path, "name"]);
  if (name.state === "unknown") return open(name.why);
  if (name.state === "value") {
    const target = graph.find(kind, namespace, name.value, null);
    if (target.state === "found") return { workloads: target.resources, path, peers, needs: [] };
    return open(`${kindName.value} ${namespace}/${name.value}`);
  }
  const selector = read(binding, [...path, "selector"]);
  if (selector.state !== "value") return open(`the subject of SinkBinding ${binding.name}`);
  const workloads = graph
    .all(kind)
    .filter((resource) => resource.namespace === namespace)
    .filter(
      ({ value }) =>
        matchesSelector(selector.value, labelsOf(valueAt(value, ["metadata", "labels"]))) === "yes",
    );
  if (workloads.length === 0) return open(`the workloads that SinkBinding ${binding.name} selects`);
  return { workloads, path, peers, needs: [] };
}

/** The plain workloads behind a Service that a Trigger or Subscription hands its events to. */
function subscribed(graph: Graph, resource: Resource): EventWorkloads {
  const path = ["spec", "subscriber"];
  const ref = read(resource, [...path, "ref"]);
  const uri = readString(resource, [...path, "uri"]);
  let service: { readonly namespace: string; readonly name: string } | null = null;
  if (ref.state === "value" && isMapping(ref.value)) {
    const { kind, apiVersion, name, namespace = resource.namespace } = ref.value;
    const isService = kind === "Service" && apiVersion === "v1" && !isUnknown(name);
    if (!isService || typeof name !== "string" || typeof namespace !== "string") return none;
    service = { name, namespace };
  } else if (uri.state === "value") service = hostOf(uri.value);
  if (service === null) return none;
  const found = graph.named(kinds.Service, service.namespace, service.name);
  const workloads = found
    .flatMap((candidate) => graph.out(candidate, "selects"))
    .flatMap(({ target }) => (target.state === "found" ? target.resources : []))
    .filter(({ kind, standing }) => standing !== "derived" && workloadKinds.some((known) => known === kind));
  const isOutside = found.length === 0 && ref.state === "value";
  const needs = isOutside ? [`Service ${service.namespace}/${service.name}`] : [];
  return { workloads: [...new Set(workloads)], path, peers: [eventingNamespace], needs };
}

export function eventWorkloads(graph: Graph, resource: Resource): EventWorkloads {
  if (resource.kind === kinds.ContainerSource)
    return { workloads: [resource], path: ["spec", "template"], peers: sinkOf(resource), needs: [] };
  return resource.kind === kinds.SinkBinding ? bound(graph, resource) : subscribed(graph, resource);
}

/** The set's own resources that name a workload, in order: the first one speaks for all. */
export const usersOf = once((graph: Graph): ReadonlyMap<Resource, readonly Resource[]> => {
  const users = new Map<Resource, readonly Resource[]>();
  for (const resource of graph.own(...eventWorkloadKinds)) {
    for (const workload of eventWorkloads(graph, resource).workloads)
      users.set(workload, [...(users.get(workload) ?? []), resource]);
  }
  return users;
});

export type Strictness =
  | { readonly state: "strict"; readonly namespace: string }
  | { readonly state: "not-strict"; readonly why: string }
  | { readonly state: "unknown"; readonly needs: string };

/** Whether a pod of a mesh's member namespace, or the other end of its events, asks for a mesh certificate. */
export function strictness(graph: Graph, pod: PodTemplate, peers: readonly string[]): Strictness {
  const home = meshesOf(graph, pod.namespace);
  if (home.state === "none") return { state: "not-strict", why: home.why };
  if (home.state === "unknown") return home;
  const places = [home.namespace, ...peers];
  const modes = places.map((namespace) => ({ namespace, mode: namespaceMode(graph, namespace, home.mesh) }));
  const strict = modes.find(({ mode }) => mode.state === "known" && mode.mode === "STRICT");
  if (strict) return { state: "strict", namespace: strict.namespace };
  const open = modes.map(({ mode }) => mode).find((mode) => mode.state === "unknown");
  if (open?.state === "unknown") return { state: "unknown", needs: open.needs };
  return { state: "not-strict", why: "nothing on the way asks for a mesh certificate" };
}

export const includeKey = "bindings.knative.dev/include";

export type Binding =
  | { readonly state: "bound" }
  /** `assumed`: no KnativeEventing is at hand, and the operator's default counts. */
  | { readonly state: "left-out"; readonly assumed: boolean }
  | { readonly state: "unknown"; readonly needs: string };

/**
 * Whether a SinkBinding reaches its subject. The operator's default is `inclusion`: only objects and namespaces with
 * the label are looked at (openshift-knative/serverless-operator `openshift-knative-operator/pkg/eventing/extension.go`).
 */
export function bindingOf(graph: Graph, subject: Resource): Binding {
  const eventings = graph.all(kinds.KnativeEventing);
  const modes = eventings.map((eventing) => readString(eventing, ["spec", "sinkBindingSelectionMode"]));
  if (modes.some((mode) => mode.state === "value" && mode.value === "exclusion")) return { state: "bound" };
  if (modes.some(({ state }) => state === "unknown") || eventings.some((cr) => isPatched(graph, cr)))
    return { state: "unknown", needs: "spec.sinkBindingSelectionMode of the KnativeEventing" };
  const own = labelValue(subject, includeKey);
  const { namespace } = subject;
  const label = namespace === null ? undefined : namespaceLabel(graph, namespace, includeKey);
  if (label === "true" || valueOr(own, "") === "true") return { state: "bound" };
  if (own.state === "unknown") return { state: "unknown", needs: own.why };
  if (label === undefined)
    return { state: "unknown", needs: `the labels of namespace ${namespace ?? "(not known)"}` };
  return { state: "left-out", assumed: eventings.length === 0 };
}

/** Whether a pod gets no sidecar although its own namespace, or the other end of its events, asks for a certificate. */
export type UnmetStrictness =
  | {
      readonly state: "unmet";
      /** The namespace that asks for it. */
      readonly namespace: string;
      readonly reason: string;
      /** Where the pod asks for its sidecar, or should. */
      readonly path: Path;
    }
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly needs: string };

export function unmetStrictness(graph: Graph, pod: PodTemplate, peers: readonly string[]): UnmetStrictness {
  const strict = strictness(graph, pod, peers);
  if (strict.state === "unknown") return strict;
  if (strict.state === "not-strict") return { state: "none" };
  const asked = injectionInMesh(graph, pod);
  const found = asked.state === "yes" ? injection(graph, pod) : asked;
  if (found.state === "unknown") return { state: "unknown", needs: found.needs };
  if (found.state === "yes") return { state: "none" };
  const isWritten = found.cause === "label" || found.cause === "annotation";
  const { path } = isWritten ? found.at : requestPlace(graph, pod);
  return { state: "unmet", namespace: strict.namespace, reason: found.reason, path };
}
