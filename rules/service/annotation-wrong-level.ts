import { setValue } from "../../src/fix/edits.ts";
import { moveSetting } from "../../src/fix/move.ts";
import { embeddedKn, locateWord, misplacedSettings, scriptKinds } from "../../src/mesh/embedded-scripts.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isFixed, isOwned } from "../../src/mesh/revision-templates.ts";
import { meantForIstio } from "../../src/mesh/services.ts";
import { settingsAtWrongLevel } from "../../src/mesh/wrong-levels.ts";
import type { Fix } from "../../src/model/finding.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { Path } from "../../src/model/value.ts";
import { atKey, defineRule, fail, type Judgement, notApplicable, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

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

function* checkTemplate(resource: Resource, pod: PodTemplate, graph: Graph): Generator<Judgement> {
  const said = {
    object: `stands on the ${resource.id.kind} itself, whose metadata never reaches its pods`,
    spec: "stands below spec.template.spec, where pods have no metadata",
    template: "stands on the template, but the Route is made from the annotations of the Service itself",
  };
  for (const { key, at, path, right, text } of settingsAtWrongLevel(graph, pod)) {
    const name = at === "template" ? `annotation ${key}` : key;
    yield fail(atKey(resource, ...path), `${name} ${said[at]}`, {
      explains: right,
      ...move(resource, path, right, text, at === "template" ? "safe" : "review"),
    });
  }
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
    for (const pod of graph.podsOf(resource)) yield* checkTemplate(resource, pod, graph);
  },
});
