import { setValue } from "../../src/fix/edits.ts";
import {
  bindingOf,
  eventWorkloadKinds,
  eventWorkloads,
  includeKey,
  unmetStrictness,
  usersOf,
} from "../../src/mesh/event-workloads.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { hasMisquotedKey } from "../../src/mesh/sidecar-settings.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Sets a label or annotation of a workload to `"true"`; a workload of somebody else gets advice only. */
function setting(owner: Resource, path: Path, title: string): ReturnType<typeof remedy> {
  return remedy(title, "review", owner.standing === "own" ? setValue(owner, path, "true") : null);
}

function* sidecar(graph: Graph, pod: PodTemplate, from: Resource): Generator<Judgement> {
  const { resource } = pod;
  const { path, peers } = eventWorkloads(graph, from);
  const unmet = unmetStrictness(graph, pod, peers);
  if (unmet.state === "unknown") return yield undecided(unmet.needs);
  if (unmet.state === "none") return;
  const form = unmet.path.at(-2) === "labels" ? "label" : "annotation";
  // As samples of the documents have it.
  const misquoted = hasMisquotedKey(pod)
    ? " beside a key with a stray quotation mark, as the documents print it, wrongly"
    : "";
  const isOwn = resource.standing === "own";
  yield fail(
    isOwn ? at(resource, ...unmet.path) : at(from, ...path),
    `the pods of ${label(resource)} send or take events and get no sidecar (${unmet.reason}${misquoted}), but ${unmet.namespace} takes only callers of the mesh`,
    {
      related: isOwn && resource !== from ? [{ at: at(from, ...path), message: "names the workload" }] : [],
      ...setting(resource, unmet.path, `set ${form} ${injectKey} of the pods to "true"`),
    },
  );
}

function* inclusion(graph: Graph, subject: Resource, binding: Resource, path: Path): Generator<Judgement> {
  const found = bindingOf(graph, subject);
  if (found.state === "unknown") return yield undecided(found.needs);
  if (found.state === "bound") return;
  const field = ["metadata", "labels", includeKey];
  yield fail(
    subject.standing === "own" ? at(subject, ...field) : at(binding, ...path),
    `SinkBinding ${binding.name} does not reach ${label(subject)}: neither it nor its namespace has the label ${includeKey}: "true"`,
    {
      severity: found.assumed ? "warning" : "error",
      ...setting(subject, field, `set label ${includeKey} to "true"`),
    },
  );
}

export const rule = defineRule({
  id: "eventing/source-workload-not-injected",
  summary: "A workload that sends or takes events in the mesh gets no sidecar, or no SinkBinding reaches it.",
  severity: "error",
  varies: true,
  category: "mTLS",
  documentation: [integrations("1"), integrations("1.4.3")],
  upstream: [
    "openshift-knative/docs modules/serverless/pages/service-mesh/eventing-service-mesh-containersource.adoc",
    "openshift-knative/docs modules/serverless/pages/service-mesh/eventing-service-mesh-sinkbinding.adoc",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/eventing/extension.go",
  ],
  fix: "review",
  reads: [...eventWorkloadKinds],
  subjects: (graph) => graph.own(...eventWorkloadKinds),
  *check(resource, graph) {
    const { workloads, path, needs } = eventWorkloads(graph, resource);
    for (const workload of workloads) {
      // A workload with several Triggers or bindings has one fault, not several.
      const users = usersOf(graph).get(workload) ?? [];
      // Templates of Knative Services are judged with the services.
      if (users[0] === resource && workload.kind !== kinds.KnativeService)
        for (const pod of graph.podsOf(workload)) yield* sidecar(graph, pod, resource);
      if (users.find(({ kind }) => kind === kinds.SinkBinding) === resource)
        yield* inclusion(graph, workload, resource, path);
    }
    for (const need of needs) yield undecided(need);
  },
});
