import { setValue } from "../../src/fix/edits.ts";
import {
  bindingOf,
  eventWorkloadKinds,
  eventWorkloads,
  includeKey,
  strictness,
  usersOf,
} from "../../src/mesh/event-workloads.ts";
import { injection, injectionInMesh, injectKey } from "../../src/mesh/injection.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { requestPlace } from "../../src/mesh/revision-templates.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import { label, type Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, type Problem, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Sets a label of a workload to `"true"`; a workload of somebody else gets advice only. */
function setting(owner: Resource, path: Path, title: string): Pick<Problem, "fix" | "advice"> {
  const edits = owner.standing === "own" ? setValue(owner, path, "true") : null;
  return edits ? { fix: { title, safety: "review", edits } } : { advice: title };
}

/** Samples of the documents have a quotation mark inside of the key, which makes it another one. */
function misquoted({ annotations, labels }: PodTemplate): string {
  const keys = [...Object.keys(annotations), ...Object.keys(labels)];
  const wrong = keys.some((key) => key.startsWith(injectKey) && key.slice(injectKey.length).includes('"'));
  return wrong ? ` beside a key with a stray quotation mark, as the documents print it, wrongly` : "";
}

function* sidecar(
  graph: Graph,
  pod: PodTemplate,
  from: Resource,
  path: Path,
  peers: readonly string[],
): Generator<Judgement> {
  const { resource } = pod;
  // Templates of Knative Services are judged with the services.
  if (resource.kind === kinds.KnativeService) return;
  const strict = strictness(graph, pod, peers);
  if (strict.state === "unknown") return yield undecided(strict.needs);
  if (strict.state === "not-strict") return;
  const asked = injectionInMesh(graph, pod);
  const found = asked.state === "yes" ? injection(graph, pod) : asked;
  if (found.state === "unknown") return yield undecided(found.needs);
  if (found.state === "yes") return;
  const written = found.cause === "label" || found.cause === "annotation";
  const place = written ? found.at : requestPlace(graph, pod);
  const form = place.path.at(-2) === "labels" ? "label" : "annotation";
  const isOwn = resource.standing === "own";
  yield fail(
    isOwn ? at(resource, ...place.path) : at(from, ...path),
    `the pods of ${label(resource)} send or take events and get no sidecar (${found.reason}${misquoted(pod)}), but ${strict.namespace} takes only callers of the mesh`,
    {
      related: isOwn && resource !== from ? [{ at: at(from, ...path), message: "names the workload" }] : [],
      ...setting(resource, place.path, `set ${form} ${injectKey} of the pods to "true"`),
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
    const { workloads, path, peers, needs } = eventWorkloads(graph, resource);
    for (const workload of workloads) {
      // A workload with several Triggers or bindings has one fault, not several.
      const users = usersOf(graph).get(workload) ?? [];
      if (users[0] === resource)
        for (const pod of graph.podsOf(workload)) yield* sidecar(graph, pod, resource, path, peers);
      if (users.find(({ kind }) => kind === kinds.SinkBinding) === resource)
        yield* inclusion(graph, workload, resource, path);
    }
    for (const need of needs) yield undecided(need);
  },
});
