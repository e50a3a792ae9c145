import type { PodTemplate } from "../model/graph.ts";
import type { Resource } from "../model/resource.ts";
import { isList, isMapping, valueAt } from "../model/value.ts";
import type { Path, Value } from "../model/value.ts";
import { configValue } from "./operator-config.ts";

/** A field of a revision's template that Serving takes only with a feature flag. */
export interface FlaggedField {
  /** In the resource. */
  readonly path: Path;
  /** As messages name it: `nodeSelector`. */
  readonly name: string;
  /** One of these keys of `config-features` has to be on. */
  readonly flags: readonly string[];
}

/**
 * Fields of the pod's spec by flag (knative/serving `pkg/apis/config/features.go` and
 * `pkg/apis/serving/fieldmask.go`); all of these flags are off by default.
 */
const fields: Readonly<Record<string, readonly string[]>> = {
  affinity: ["kubernetes.podspec-affinity"],
  dnsConfig: ["kubernetes.podspec-dnsconfig"],
  dnsPolicy: ["kubernetes.podspec-dnspolicy"],
  hostAliases: ["kubernetes.podspec-hostaliases"],
  hostIPC: ["kubernetes.podspec-hostipc"],
  hostNetwork: ["kubernetes.podspec-hostnetwork"],
  hostPID: ["kubernetes.podspec-hostpid"],
  initContainers: ["kubernetes.podspec-init-containers"],
  nodeSelector: ["kubernetes.podspec-nodeselector"],
  priorityClassName: ["kubernetes.podspec-priorityclassname"],
  runtimeClassName: ["kubernetes.podspec-runtimeclassname"],
  schedulerName: ["kubernetes.podspec-schedulername"],
  securityContext: ["kubernetes.podspec-securitycontext", "secure-pod-defaults"],
  shareProcessNamespace: ["kubernetes.podspec-shareprocessnamespace"],
  tolerations: ["kubernetes.podspec-tolerations"],
  topologySpreadConstraints: ["kubernetes.podspec-topologyspreadconstraints"],
};

/** What is empty or false reads like a field that is not there. */
function isSet(value: Value | undefined): value is Value {
  if (value === undefined || value === null || value === false || value === "") return false;
  if (isList(value)) return value.length > 0;
  return !isMapping(value) || Object.keys(value).length > 0;
}

function claimsOf(pod: PodTemplate): readonly FlaggedField[] {
  const volumes = valueAt(pod.spec, ["volumes"]) ?? null;
  return (isList(volumes) ? volumes : []).flatMap((volume, index): readonly FlaggedField[] => {
    const claim = valueAt(volume, ["persistentVolumeClaim"]);
    if (!isMapping(claim)) return [];
    const path = [...pod.specPath, "volumes", index, "persistentVolumeClaim"];
    const flag = "kubernetes.podspec-persistent-volume";
    const use = { path, name: "persistentVolumeClaim", flags: [`${flag}-claim`] };
    if (claim.readOnly === true) return [use];
    return [use, { path, name: "a persistentVolumeClaim without readOnly: true", flags: [`${flag}-write`] }];
  });
}

/** The fields of a revision's template that need a flag. */
export function flaggedFields(pod: PodTemplate): readonly FlaggedField[] {
  const plain = Object.entries(fields).flatMap(([name, flags]) =>
    isSet(valueAt(pod.spec, [name])) ? [{ path: [...pod.specPath, name], name, flags }] : [],
  );
  return [...plain, ...claimsOf(pod)];
}

/** Whether a KnativeServing switches one of some flags on; `allowed` is as good, in any case of letters. */
export function hasFlag(serving: Resource, flags: readonly string[]): "yes" | "no" | "unknown" {
  const states = flags.map((flag) => {
    const value = configValue(serving, "features", flag);
    if (value.state === "unknown") return "unknown";
    return value.state === "value" && /^(?:enabled|allowed)$/i.test(value.value) ? "yes" : "no";
  });
  if (states.includes("yes")) return "yes";
  return states.includes("unknown") ? "unknown" : "no";
}
