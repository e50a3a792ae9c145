import type { Graph, PodTemplate } from "../../model/graph.ts";
import { idKey } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { annotation, annotationPlace, type Reading } from "../field.ts";
import { kinds } from "../kinds.ts";
import { once } from "../memo.ts";
import { configValue } from "../operator-config.ts";
import { type GpuUser, gpuUsers, needsOf } from "./gpu-users.ts";

const prefix = "autoscaling.knative.dev/";

/** A bound of a revision's pods, and the field where it stands or belongs. */
export interface Bound {
  readonly pods: Reading<bigint>;
  readonly path: Path;
}

/** Both spellings are read, the hyphenated one first (knative/serving `pkg/apis/autoscaling/register.go`). */
function bound(pod: PodTemplate, ...names: readonly [string, string]): Bound {
  const [usual] = names;
  for (const name of names) {
    const { path } = annotationPlace(pod, prefix + name);
    const reading = annotation(pod, prefix + name);
    if (reading.state === "absent") continue;
    if (reading.state === "unknown") return { pods: reading, path };
    const text = reading.value;
    if (/^\d{1,9}$/.test(text)) return { pods: { state: "value", value: BigInt(text) }, path };
    return { pods: { state: "unknown", why: `the number of pods that "${text}" stands for` }, path };
  }
  return { pods: { state: "absent" }, path: annotationPlace(pod, prefix + usual).path };
}

/** The pods that a revision always has. */
export const minScale = (pod: PodTemplate): Bound => bound(pod, "min-scale", "minScale");

/** The pods that a revision may grow to; 0 is no bound. */
export const maxScale = (pod: PodTemplate): Bound => bound(pod, "max-scale", "maxScale");

/** Whether the KnativeServing bounds every revision that names no bound of its own. */
export const isBoundedByDefault = once((graph: Graph): boolean =>
  graph.all(kinds.KnativeServing).some((serving) => {
    const value = configValue(serving, "autoscaler", "max-scale");
    return value.state === "value" && value.value.trim() !== "0";
  }),
);

/** GPUs that a service never gives back. */
export interface Hold {
  readonly user: GpuUser;
  readonly key: string;
  /** GPUs of one pod. */
  readonly each: bigint;
  /** GPUs of all pods that it always has. */
  readonly count: bigint;
  /** The field with the GPUs of a pod. */
  readonly path: Path;
}

/** What each service with a known minimum holds; of several candidates the one that holds least. */
export const holds = once((graph: Graph): readonly Hold[] => {
  const least = new Map<string, Hold>();
  for (const user of gpuUsers(graph)) {
    const { pods } = minScale(user.pod);
    if (!user.isService || pods.state !== "value" || pods.value === 0n) continue;
    for (const { key, count, path } of needsOf(user)) {
      if (count === null || count === 0n) continue;
      const hold = { user, key, each: count, count: count * pods.value, path };
      const id = `${key} ${idKey(user.pod.resource)}`;
      const known = least.get(id);
      if (!known || hold.count < known.count) least.set(id, hold);
    }
  }
  return [...least.values()];
});

/** All GPUs of a kind that are held. */
export function heldGpus(graph: Graph, key: string): bigint {
  return holds(graph)
    .filter((hold) => hold.key === key)
    .reduce((sum, { count }) => sum + count, 0n);
}

/** What a service held at the base revision; null: it was not there. */
export function heldBefore(base: Graph | null, { key, user }: Hold): bigint | null {
  if (base === null) return null;
  const id = idKey(user.pod.resource);
  const old = holds(base).find((hold) => hold.key === key && idKey(hold.user.pod.resource) === id);
  return old?.count ?? null;
}
