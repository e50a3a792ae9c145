import { setValue } from "../../src/fix/edits.ts";
import { read, type Place } from "../../src/mesh/field.ts";
import { type InjectRequest, injectRequests } from "../../src/mesh/inject-requests.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { contradicts, wrongInjectValue } from "../../src/mesh/injection-values.ts";
import { kinds, operatorKinds, workloadKinds } from "../../src/mesh/kinds.ts";
import { revisionKinds } from "../../src/mesh/revision-templates.ts";
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

function* contradiction({ label, annotation, counts }: InjectRequest): Generator<Judgement> {
  const said = contradicts(label, annotation);
  if (said === null) return;
  const other = counts === label ? annotation : label;
  yield fail(
    at(counts.resource, ...counts.path),
    `label ${injectKey} is "${said.label}" and the annotation of that name "${said.annotation}": the label counts from Service Mesh 2.2 on, the annotation before`,
    {
      explains: counts.path,
      related: [{ at: at(other.resource, ...other.path), message: "says otherwise" }],
      advice: "keep one of them",
    },
  );
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
    const { places, requests } = injectRequests(graph, resource);
    for (const place of places) yield* checkValue(place);
    for (const request of requests) yield* contradiction(request);
  },
});
