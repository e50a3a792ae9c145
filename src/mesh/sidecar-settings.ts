import type { PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Path } from "../model/value.ts";
import { annotation, annotationPlace, labelPlace, labelValue, readText, valueOr } from "./field.ts";
import type { Place } from "./field.ts";
import { injectKey } from "./injection.ts";

/** Labels and annotations of a pod that its sidecar's injection reads. */
export const sidecarPrefix = "sidecar.istio.io/";

/** Annotation by which the kubelet's probes go through the sidecar's agent. There is no label form. */
export const probeRewriteKey = "sidecar.istio.io/rewriteAppHTTPProbers";

/** A setting of the sidecar that does not stand on the pod's template. */
export interface MisplacedSetting {
  readonly key: string;
  readonly form: "labels" | "annotations";
  /** Where it stands. */
  readonly path: Path;
  readonly text: string;
  /** The place on the template that was meant. */
  readonly meant: Place;
}

/** Whether the template has a setting where it counts; the sidecar is asked for by label or by annotation. */
function has(pod: PodTemplate, key: string): boolean {
  const asAnnotation = annotation(pod, key).state !== "absent";
  return asAnnotation || (key === injectKey && labelValue(pod, key).state !== "absent");
}

function settingsBelow(resource: Resource, parent: Path, pod: PodTemplate): readonly MisplacedSetting[] {
  return (["labels", "annotations"] as const).flatMap((form) => {
    const map = valueAt(resource.value, [...parent, form]);
    if (!isMapping(map)) return [];
    return Object.keys(map)
      .filter((key) => key.startsWith(sidecarPrefix) && (form === "annotations" || key === injectKey))
      .map((key): MisplacedSetting => {
        const path = [...parent, form, key];
        const meant = key === injectKey ? labelPlace(pod, key) : annotationPlace(pod, key);
        return { key, form, path, text: valueOr(readText(resource, path), ""), meant };
      });
  });
}

/**
 * Settings of the sidecar on the metadata of the object that holds a pod template, which never reach the pods, as
 * far as the template lacks them.
 */
export function settingsOnObject(pod: PodTemplate): readonly MisplacedSetting[] {
  const found = settingsBelow(pod.resource, ["metadata"], pod);
  return found.filter((setting) => !has(pod, setting.key));
}

/** Settings of the sidecar that slipped into the template's `spec`, which has no metadata. */
export function settingsInSpec(pod: PodTemplate): readonly MisplacedSetting[] {
  const inSpec = settingsBelow(pod.resource, pod.specPath, pod);
  return [...inSpec, ...settingsBelow(pod.resource, [...pod.specPath, "metadata"], pod)];
}

/** Whether a template has the key that asks for the sidecar with a quotation mark inside, which makes it another one. */
export function hasMisquotedKey({ annotations, labels }: PodTemplate): boolean {
  const keys = [...Object.keys(annotations), ...Object.keys(labels)];
  return keys.some((key) => key.startsWith(injectKey) && key.slice(injectKey.length).includes('"'));
}
