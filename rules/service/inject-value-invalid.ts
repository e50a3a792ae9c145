import { setValue } from "../../src/fix/edits.ts";
import { annotationPlace, labelPlace, read, type Place } from "../../src/mesh/field.ts";
import { injectionInMesh, injectKey } from "../../src/mesh/injection.ts";
import { contradicts, wrongInjectValue } from "../../src/mesh/injection-values.ts";
import { operatorKinds, workloadKinds, kinds } from "../../src/mesh/kinds.ts";
import { overrideEntries, workloadOverride } from "../../src/mesh/overrides.ts";
import { revisionKinds } from "../../src/mesh/revision-templates.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, type Judgement, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function* checkValue({ resource, path }: Place): Generator<Judgement> {
  const reading = read(resource, path);
  if (reading.state === "absent") return;
  if (reading.state === "unknown") {
    if (resource.form === "full") yield undecided(reading.why);
    return;
  }
  const wrong = wrongInjectValue(reading.value);
  if (wrong === null) return;
  const { said, meant } = wrong;
  const edits = meant === null ? null : setValue(resource, path, meant);
  const title = edits ? `write ${injectKey}: "${meant}", with quotes` : 'write "true" or "false"';
  yield fail(at(resource, ...path), `${injectKey} is ${said}`, {
    explains: path,
    ...remedy(title, "safe", edits),
  });
}

function contradiction(label: Place, annotation: Place, counts: Place): Judgement | null {
  const said = contradicts(label, annotation);
  if (said === null) return null;
  const other = counts.path === label.path ? annotation : label;
  return fail(
    at(counts.resource, ...counts.path),
    `label ${injectKey} is "${said.label}" and the annotation of that name "${said.annotation}": the label counts from Service Mesh 2.2 on, the annotation before`,
    {
      explains: counts.path,
      related: [{ at: at(other.resource, ...other.path), message: "says otherwise" }],
      advice: "keep one of them",
    },
  );
}

function* checkTemplates(resource: Resource, graph: Graph): Generator<Judgement> {
  for (const pod of graph.podsOf(resource)) {
    const [label, annotation] = [labelPlace(pod, injectKey), annotationPlace(pod, injectKey)];
    yield* checkValue(label);
    yield* checkValue(annotation);
    const found = injectionInMesh(graph, pod);
    const counts = found.state !== "unknown" && found.cause === "annotation" ? annotation : label;
    const both = contradiction(label, annotation, counts);
    if (both) yield both;
  }
}

function* checkOverrides(operator: Resource): Generator<Judgement> {
  const entries = overrideEntries(operator);
  for (const { path } of entries) {
    yield* checkValue({ resource: operator, path: [...path, "labels", injectKey] });
    yield* checkValue({ resource: operator, path: [...path, "annotations", injectKey] });
  }
  const names = entries.flatMap(({ name }) => (name.state === "value" ? [name.value] : []));
  for (const name of new Set(names)) {
    const override = workloadOverride(operator, name);
    const [label, annotation] = [override.labels.get(injectKey), override.annotations.get(injectKey)];
    if (!label || !annotation) continue;
    const place = { resource: operator, path: label.path };
    const both = contradiction(place, { resource: operator, path: annotation.path }, place);
    if (both) yield both;
  }
}

const kindsWithPods = [...revisionKinds, ...workloadKinds, kinds.ContainerSource];

export const rule = defineRule({
  id: "service/inject-value-invalid",
  summary: 'The request for a sidecar has a value that is not "true" or "false", or contradicts itself.',
  severity: "error",
  category: "schema",
  documentation: [integrations("1.4.3"), integrations("1.4.4")],
  upstream: ["istio/istio pkg/kube/inject/inject.go"],
  fix: "safe",
  reads: [...kindsWithPods, ...operatorKinds],
  candidates: "each",
  subjects: (graph) => graph.own(...kindsWithPods, ...operatorKinds),
  *check(resource, graph) {
    const isOperator = operatorKinds.some((kind) => kind === resource.kind);
    yield* isOperator ? checkOverrides(resource) : checkTemplates(resource, graph);
  },
});
