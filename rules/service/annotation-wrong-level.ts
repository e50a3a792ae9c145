import { setValue } from "../../src/fix/edits.ts";
import { moveSetting } from "../../src/fix/move.ts";
import { embeddedKn, locateWord, misplacedSettings } from "../../src/mesh/embedded-scripts.ts";
import { annotation, annotationPlace, valueOr } from "../../src/mesh/field.ts";
import { injectionInMesh, injectKey } from "../../src/mesh/injection.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { kinds, workloadKinds } from "../../src/mesh/kinds.ts";
import { isPresent, passthroughKey } from "../../src/mesh/passthrough.ts";
import { isFixed, isOwned } from "../../src/mesh/revision-templates.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { type MisplacedSetting, settingsInSpec, settingsOnObject } from "../../src/mesh/sidecar-settings.ts";
import type { Fix } from "../../src/model/finding.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { atKey, defineRule, fail, type Judgement, notApplicable, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** Kinds whose steps or containers may call `kn`. */
const scriptKinds = [
  ...workloadKinds,
  ...["Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"].map((kind) => `${kind}.tekton.dev`),
];

function move(
  resource: Resource,
  from: Path,
  to: Path,
  text: string,
  safety: Fix["safety"],
): ReturnType<typeof remedy> {
  const title = `move it to ${to.slice(0, -1).join(".")}`;
  if (!isFixed(resource)) return remedy(title, safety, moveSetting(resource, from, to, text));
  if (to[1] === "template") return { advice: `${title}, in a revision with a new name` };
  // The template of a revision with a name cannot change; the copy that stays there does no harm.
  const copied = setValue(resource, to, text);
  return remedy(copied ? title.replace("move", "copy") : title, safety, copied);
}

/** The sidecar comes anyway (by the namespace, by a revision), so the setting only repeats what is so. */
function isMoot(setting: MisplacedSetting, pod: PodTemplate, graph: Graph): boolean {
  const asksForIt = setting.key === injectKey && setting.text === "true";
  return asksForIt && injectionInMesh(graph, pod).state === "yes";
}

function* sidecarSettings(service: Resource, pod: PodTemplate, graph: Graph): Generator<Judgement> {
  const onObject = settingsOnObject(pod).filter((setting) => !isMoot(setting, pod, graph));
  const places = [
    [onObject, `on the ${service.id.kind} itself, whose metadata never reaches its pods`],
    [settingsInSpec(pod), "below spec.template.spec, where pods have no metadata"],
  ] as const;
  for (const [settings, where] of places)
    for (const { key, path, text, meant } of settings)
      yield fail(atKey(service, ...path), `${key} stands ${where}`, {
        explains: meant.path,
        ...move(service, path, meant.path, text, "review"),
      });
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
