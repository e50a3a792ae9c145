import type { PodTemplate } from "../model/graph.ts";
import type { Kind, Resource } from "../model/resource.ts";
import { isMapping, valueAt } from "../model/value.ts";
import type { Mapping, Path, Value } from "../model/value.ts";

/** Where each kind keeps the template of its pods; a Pod and a Revision are templates of their own. */
const templatePaths: ReadonlyMap<Kind, Path> = new Map<Kind, Path>([
  ["Pod", []],
  ["ReplicationController", ["spec", "template"]],
  ["Deployment.apps", ["spec", "template"]],
  ["StatefulSet.apps", ["spec", "template"]],
  ["DaemonSet.apps", ["spec", "template"]],
  ["ReplicaSet.apps", ["spec", "template"]],
  ["Deployment.extensions", ["spec", "template"]],
  ["DaemonSet.extensions", ["spec", "template"]],
  ["ReplicaSet.extensions", ["spec", "template"]],
  ["Job.batch", ["spec", "template"]],
  ["CronJob.batch", ["spec", "jobTemplate", "spec", "template"]],
  ["DeploymentConfig.apps.openshift.io", ["spec", "template"]],
  ["Service.serving.knative.dev", ["spec", "template"]],
  ["Configuration.serving.knative.dev", ["spec", "template"]],
  ["Revision.serving.knative.dev", []],
  ["ContainerSource.sources.knative.dev", ["spec", "template"]],
]);

export const workloadKinds: readonly Kind[] = [...templatePaths.keys()];

/** Text that is safe to index with any key of a manifest: it has no prototype. */
export type TextMap = Readonly<Record<string, string>>;

/** The entries of a mapping whose values are strings; the API server refuses the others. */
export function stringsOf(value: Value | undefined): TextMap {
  const texts: Record<string, string> = Object.create(null);
  if (!isMapping(value)) return texts;
  for (const [key, item] of Object.entries(value)) if (typeof item === "string") texts[key] = item;
  return texts;
}

/**
 * What the controllers of Knative Serving add to the labels of a revision's pods (knative/serving
 * `pkg/reconciler/revision/resources/meta.go`). The name of a revision is only known if the template gives one.
 */
function knativeLabels(resource: Resource, template: Mapping): TextMap {
  const added: Record<string, string> = {};
  if (resource.kind === "Revision.serving.knative.dev") {
    added.app = resource.name;
    added["serving.knative.dev/revision"] = resource.name;
    return added;
  }
  added["serving.knative.dev/configuration"] = resource.name;
  if (resource.kind === "Service.serving.knative.dev") added["serving.knative.dev/service"] = resource.name;
  const revision = valueAt(template, ["metadata", "name"]);
  if (typeof revision === "string") {
    added.app = revision;
    added["serving.knative.dev/revision"] = revision;
  }
  return added;
}

function labelsOf(resource: Resource, template: Mapping): TextMap {
  const own = stringsOf(valueAt(template, ["metadata", "labels"]));
  if (!resource.kind.endsWith(".serving.knative.dev")) return own;
  const added = knativeLabels(resource, template);
  const labels: Record<string, string> = Object.assign(Object.create(null), own, added);
  // A label `app` of the user's stays; the other labels are the controller's.
  if (own.app !== undefined) labels.app = own.app;
  return labels;
}

const none: readonly PodTemplate[] = [];

/**
 * The template of the pods that a resource will run; empty for kinds without pods, and where the template is
 * missing. Labels are those that the pods will carry, a revision's included.
 */
export function podTemplatesOf(resource: Resource): readonly PodTemplate[] {
  const base = templatePaths.get(resource.kind);
  if (!base) return none;
  const template = valueAt(resource.value, base);
  if (!isMapping(template)) return none;
  const spec = valueAt(template, ["spec"]);
  return [
    {
      resource,
      namespace: resource.namespace,
      metadata: [...base, "metadata"],
      labels: labelsOf(resource, template),
      annotations: stringsOf(valueAt(template, ["metadata", "annotations"])),
      spec: isMapping(spec) ? spec : {},
      specPath: [...base, "spec"],
    },
  ];
}
