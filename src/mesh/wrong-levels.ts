import type { Graph, PodTemplate } from "../model/graph.ts";
import type { Path } from "../model/value.ts";
import { annotation, annotationPlace, valueOr } from "./field.ts";
import { injectionInMesh, injectKey } from "./injection.ts";
import { kinds } from "./kinds.ts";
import { isPresent, passthroughKey } from "./passthrough.ts";
import { type MisplacedSetting, settingsInSpec, settingsOnObject } from "./sidecar-settings.ts";

/** A setting of the mesh on a Knative Service at a level where nothing reads it. */
export interface WrongLevel {
  readonly key: string;
  /** The level: of the object itself, of the template's `spec`, or of the template. */
  readonly at: "object" | "spec" | "template";
  readonly path: Path;
  /** Where it counts. */
  readonly right: Path;
  readonly text: string;
}

/** The sidecar comes anyway (by the namespace, by a revision), so the setting only repeats what is so. */
function isMoot(graph: Graph, pod: PodTemplate, { key, text }: MisplacedSetting): boolean {
  return key === injectKey && text === "true" && injectionInMesh(graph, pod).state === "yes";
}

/** The annotation for the Route belongs on the Service itself, from whose annotations the Route is made. */
function passthroughOnTemplate(pod: PodTemplate): readonly WrongLevel[] {
  const value = annotation(pod, passthroughKey);
  const isService = pod.resource.kind === kinds.KnativeService;
  if (!isService || value.state === "absent" || isPresent(pod.resource, passthroughKey)) return [];
  const { path } = annotationPlace(pod, passthroughKey);
  const right = ["metadata", "annotations", passthroughKey];
  return [{ key: passthroughKey, at: "template", path, right, text: valueOr(value, "true") }];
}

/** Settings of sidecars and Routes that stand at another level than the one that is read. */
export function settingsAtWrongLevel(graph: Graph, pod: PodTemplate): readonly WrongLevel[] {
  const of =
    (at: "object" | "spec") =>
    ({ key, path, text, meant }: MisplacedSetting): WrongLevel => ({
      key,
      at,
      path,
      text,
      right: meant.path,
    });
  return [
    ...settingsOnObject(pod)
      .filter((setting) => !isMoot(graph, pod, setting))
      .map(of("object")),
    ...settingsInSpec(pod).map(of("spec")),
    ...passthroughOnTemplate(pod),
  ];
}
