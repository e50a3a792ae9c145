import { setValue } from "../../src/fix/edits.ts";
import { labelsAt, namespaceObjects, openLabel } from "../../src/mesh/cost-labels.ts";
import { readText } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { label } from "../../src/model/resource.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

const path = ["spec", "template", "metadata", "labels", "app"];
/** Where people put the label when they follow the documents, which print it below an elided spec. */
const wrongPlaces = [
  ["spec", "labels"],
  ["spec", "template", "labels"],
  ["metadata", "labels"],
];

export const rule = defineRule({
  id: "labels/namespace-app-label-shadowed",
  summary: "Pods of a Knative Service hide the label app of their namespace from cost management.",
  severity: "warning",
  category: "cost",
  documentation: [integrations("3.2"), oldestIntegrations("2.2")],
  upstream: ["knative/serving pkg/reconciler/revision/resources/meta.go"],
  fix: "review",
  reads: [kinds.KnativeService],
  subjects(graph) {
    if (graph.all(kinds.Namespace, kinds.Project, kinds.Node).length > 0)
      return graph.own(kinds.KnativeService);
    return notApplicable("no Namespace or Node in the set");
  },
  *check(service, graph) {
    const open = openLabel(graph, service.namespace, "app");
    const holders = [...namespaceObjects(graph, service.namespace), ...graph.all(kinds.Node)];
    const inherited = holders.flatMap(labelsAt).find(({ key }) => key === "app");
    if (!inherited) {
      if (open !== null) yield undecided(open);
      return;
    }
    const own = readText(service, path);
    if (own.state === "value") return;
    if (own.state === "unknown" || isUnknown(service.name))
      return yield undecided("the labels of the template");
    if (service.rendering?.labels) return yield undecided("the labels that Kustomize adds to the template");
    const { value, at: place } = inherited;
    const wrong = wrongPlaces.find(
      (parent) => typeof valueAt(service.value, [...parent, "app"]) === "string",
    );
    const printed =
      wrong === wrongPlaces[0] ? "; the example of the documents, which has it there, is wrong" : "";
    const astray = wrong ? `; the label at ${wrong.join(".")} does not reach them${printed}` : "";
    const unknownKey = wrong && wrong[0] === "spec" ? { explains: wrong } : {};
    yield fail(
      at(service, ...path),
      `${label(place.resource)} has label app=${value}, but Knative labels the pods of ${service.name} app=<revision>, so their cost is not counted there${astray}`,
      {
        related: [{ at: at(place.resource, ...place.path), message: "the label that is hidden" }],
        ...unknownKey,
        ...remedy(
          `set label app: ${value} in the template; a new revision is made`,
          "review",
          setValue(service, path, value),
        ),
      },
    );
  },
});
