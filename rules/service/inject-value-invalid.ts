import { setValue } from "../../src/fix/edits.ts";
import { annotationPlace, labelPlace, read, type Place } from "../../src/mesh/field.ts";
import { injectionInMesh, injectKey } from "../../src/mesh/injection.ts";
import { operatorKinds, workloadKinds, kinds } from "../../src/mesh/kinds.ts";
import { overrideEntries, workloadOverride } from "../../src/mesh/overrides.ts";
import { revisionKinds } from "../../src/mesh/revision-templates.ts";
import type { Edit } from "../../src/model/finding.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { type Path, toJson, type Value } from "../../src/model/value.ts";
import { at, defineRule, fail, type Judgement, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** What counts as a request up to Istio 1.26 (istio/istio `pkg/kube/inject/inject.go`), in any case. */
const truthy: readonly string[] = ["y", "yes", "true", "on"];

const advice = 'write "true" or "false"';

function wrongValue(value: Value): string | null {
  if (typeof value === "boolean") return `the boolean ${value}, and the API server takes only strings there`;
  if (typeof value !== "string") return `${toJson(value)}, and the API server takes only strings there`;
  if (value === "true" || value === "false") return null;
  const said = JSON.stringify(value);
  if (truthy.includes(value.toLowerCase()))
    return `${said}, which Istio reads as true up to 1.26 and ignores from 1.27 on`;
  return `${said}, which asks for no sidecar; only "true" and "false" count`;
}

function right(resource: Resource, path: Path, value: Value): readonly Edit[] | null {
  if (typeof value === "boolean") return setValue(resource, path, String(value));
  if (typeof value !== "string" || !truthy.includes(value.toLowerCase())) return null;
  return setValue(resource, path, "true");
}

function* checkValue({ resource, path }: Place): Generator<Judgement> {
  const reading = read(resource, path);
  if (reading.state === "absent") return;
  if (reading.state === "unknown") {
    if (resource.form === "full") yield undecided(reading.why);
    return;
  }
  const wrong = wrongValue(reading.value);
  if (wrong === null) return;
  const edits = right(resource, path, reading.value);
  const wanted = reading.value === false ? "false" : "true";
  const title = `write ${injectKey}: "${wanted}", with quotes`;
  yield fail(at(resource, ...path), `${injectKey} is ${wrong}`, {
    explains: path,
    ...(edits ? { fix: { title, safety: "safe" as const, edits } } : { advice }),
  });
}

const isPlain = (value: Value | undefined): value is string => value === "true" || value === "false";

function contradiction(label: Place, annotation: Place, counts: Place): Judgement | null {
  const [a, b] = [read(label.resource, label.path), read(annotation.resource, annotation.path)];
  if (a.state !== "value" || b.state !== "value" || a.value === b.value) return null;
  if (!isPlain(a.value) || !isPlain(b.value)) return null;
  const other = counts.path === label.path ? annotation : label;
  return fail(
    at(counts.resource, ...counts.path),
    `label ${injectKey} is "${a.value}" and the annotation of that name "${b.value}": the label counts from Service Mesh 2.2 on, the annotation before`,
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
