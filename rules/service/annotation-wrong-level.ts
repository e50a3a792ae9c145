import { removeKey, setValue } from "../../src/fix/edits.ts";
import { embeddedKn, locateWord, misplacedSettings } from "../../src/mesh/embedded-scripts.ts";
import { annotation, annotationPlace, valueOr } from "../../src/mesh/field.ts";
import { injectionInMesh, injectKey } from "../../src/mesh/injection.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { kinds, workloadKinds } from "../../src/mesh/kinds.ts";
import { isPresent, passthroughKey } from "../../src/mesh/passthrough.ts";
import { isFixed, isOwned } from "../../src/mesh/revision-templates.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { type MisplacedSetting, settingsInSpec, settingsOnObject } from "../../src/mesh/sidecar-settings.ts";
import type { Edit, Fix } from "../../src/model/finding.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { isMapping, type Mapping, type Path, valueAt } from "../../src/model/value.ts";
import { atKey, defineRule, fail, type Judgement, notApplicable } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Kinds whose steps or containers may call `kn`. */
const scriptKinds = [
  ...workloadKinds,
  ...["Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"].map((kind) => `${kind}.tekton.dev`),
];

/** The path of a setting, or of the mapping around it that would be empty without it. */
function withEmptied(value: Mapping, path: Path): Path {
  const parent = path.slice(0, -1);
  const around = valueAt(value, parent);
  const isMetadata = parent.length <= 1 || parent.join(".") === "spec.template.metadata";
  if (isMetadata || parent.join(".") === "spec.template.spec") return path;
  return isMapping(around) && Object.keys(around).length === 1 ? withEmptied(value, parent) : path;
}

function move(
  resource: Resource,
  from: Path,
  to: Path,
  text: string,
  safety: Fix["safety"],
): { readonly fix: Fix } | { readonly advice: string } {
  const title = `move it to ${to.slice(0, -1).join(".")}`;
  const fixed = isFixed(resource);
  if (fixed && to[1] === "template") return { advice: `${title}, in a revision with a new name` };
  const added = setValue(resource, to, text);
  // The template of a revision with a name cannot change; the copy that stays there does no harm.
  if (fixed && added) return { fix: { title: title.replace("move", "copy"), safety, edits: added } };
  const removed = removeKey(resource, withEmptied(resource.value, from));
  const edits: readonly Edit[] | null = added && removed && [...added, ...removed];
  return edits ? { fix: { title, safety, edits } } : { advice: title };
}

/** The sidecar comes anyway (by the namespace, by a revision), so the setting only repeats what is so. */
function isMoot(setting: MisplacedSetting, pod: PodTemplate, graph: Graph): boolean {
  const asksForIt = setting.key === injectKey && setting.text === "true";
  return asksForIt && injectionInMesh(graph, pod).state === "yes";
}

function* sidecarSettings(service: Resource, pod: PodTemplate, graph: Graph): Generator<Judgement> {
  for (const setting of settingsOnObject(pod)) {
    if (isMoot(setting, pod, graph)) continue;
    const { key, path, text, meant } = setting;
    const message = `${key} stands on the ${service.id.kind} itself, whose metadata never reaches its pods`;
    yield fail(atKey(service, ...path), message, {
      explains: meant.path,
      ...move(service, path, meant.path, text, "review"),
    });
  }
  for (const { key, path, text, meant } of settingsInSpec(pod)) {
    const message = `${key} stands below spec.template.spec, where pods have no metadata`;
    yield fail(atKey(service, ...path), message, {
      explains: meant.path,
      ...move(service, path, meant.path, text, "review"),
    });
  }
}

function* passthrough(service: Resource, pod: PodTemplate): Generator<Judgement> {
  const value = annotation(pod, passthroughKey);
  if (value.state === "absent" || isPresent(service, passthroughKey)) return;
  const { path } = annotationPlace(pod, passthroughKey);
  const right = ["metadata", "annotations", passthroughKey];
  const message = `annotation ${passthroughKey} stands on the template, but the Route is made from the annotations of the Service itself`;
  yield fail(atKey(service, ...path), message, {
    explains: right,
    ...move(service, path, right, valueOr(value, "true"), "safe"),
  });
}

function* scripts(resource: Resource): Generator<Judgement> {
  for (const call of embeddedKn(resource)) {
    for (const { setting, right } of misplacedSettings(call.command)) {
      const { flag, key, word } = setting;
      const reads = right.endsWith("-revision") ? "the sidecar's injection" : "the Route";
      const message = `kn gets ${key} by ${flag}, where ${reads} does not look for it`;
      const location = locateWord(resource, call, word);
      yield fail({ location, within: { resource, path: call.pathOf(word) } }, message, {
        advice: `use ${right} for it`,
      });
    }
  }
}

export const rule = defineRule({
  id: "service/annotation-wrong-level",
  summary: "A mesh setting of a Knative Service stands at a level where nothing reads it.",
  severity: "error",
  category: "configuration",
  documentation: [integrations("1.4.4"), integrations("2.4")],
  upstream: [
    "knative/serving pkg/reconciler/revision/resources/meta.go",
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "safe",
  reads: [kinds.KnativeService, kinds.Configuration, ...scriptKinds],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => [
    ...graph.own(kinds.KnativeService, kinds.Configuration).filter((found) => !isOwned(found)),
    ...graph.own(...scriptKinds).filter((found) => embeddedKn(found).length > 0),
  ],
  *check(resource, graph) {
    if (scriptKinds.includes(resource.kind)) {
      if (ingress(graph).state === "kourier") return yield notApplicable("the KnativeServing uses kourier");
      return yield* scripts(resource);
    }
    // The setting itself shows what is meant, and is lost in any mesh: none has to be at hand.
    const meant = meantForIstio(graph, resource);
    if (meant.state === "no") return yield notApplicable(meant.because);
    for (const pod of graph.podsOf(resource)) {
      yield* sidecarSettings(resource, pod, graph);
      if (resource.kind === kinds.KnativeService) yield* passthrough(resource, pod);
    }
  },
});
