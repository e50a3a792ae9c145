import type { Graph } from "../../model/graph.ts";
import { type Resource, sourceOf } from "../../model/resource.ts";
import { isList, isMapping, type Path, type Value } from "../../model/value.ts";
import { isNamed } from "../apply-order.ts";
import { clientCall } from "../client-command.ts";
import { embeddedCommands, locateWord, taskName } from "../embedded-scripts.ts";
import type { Place } from "../field.ts";
import { kinds } from "../kinds.ts";
import { oncePer } from "../memo.ts";
import { deployedServices } from "./deployed-services.ts";
import type { WordSpot } from "./kn-service.ts";

export const tektonKinds = [
  kinds.Task,
  kinds.ClusterTask,
  kinds.TaskRun,
  kinds.Pipeline,
  kinds.PipelineRun,
] as const;

/** Tasks of the catalogue that make a Knative Service by themselves (tektoncd/catalog `task/kn-apply`). */
const deployingTasks: readonly string[] = ["kn", "kn-apply"];

function taskReference(value: Value, path: Path): Path | null {
  if (isList(value)) {
    for (const [index, item] of value.entries()) {
      const found = taskReference(item, [...path, index]);
      if (found) return found;
    }
  }
  if (!isMapping(value)) return null;
  const name = taskName(value.taskRef);
  if (name !== null && deployingTasks.includes(name)) return [...path, "taskRef"];
  for (const [key, item] of Object.entries(value)) {
    const found = taskReference(item, [...path, key]);
    if (found) return found;
  }
  return null;
}

const inlineService = /apiVersion:[ \t]*["']?serving\.knative\.dev\/[\s\S]{0,200}?kind:[ \t]*["']?Service\b/;

/** A Knative Service of the set's own in a file that a script applies, or one in the script itself. */
function applied(graph: Graph, resource: Resource): WordSpot | null {
  const files = graph.own(kinds.KnativeService).map((one) => sourceOf(one, []).document.file.path);
  for (const command of embeddedCommands(resource)) {
    const call = clientCall(command.words);
    const word = call?.files.find(({ text }) =>
      text === "-" ? inlineService.test(command.script ?? "") : files.some((path) => isNamed(path, text)),
    );
    if (!word) continue;
    return {
      location: locateWord(resource, command, word),
      within: { resource, path: command.pathOf(word) },
    };
  }
  return null;
}

/** Where an object of Tekton deploys a Knative Service: a call of kn, a task that does, a manifest; null: it does not. */
export const deploysService = oncePer((graph: Graph, resource: Resource): Place | WordSpot | null => {
  const [service] = deployedServices(graph).get(resource) ?? [];
  if (service) return service.spot([]);
  const path = taskReference(resource.value.spec ?? null, ["spec"]);
  return path ? { resource, path } : applied(graph, resource);
});
