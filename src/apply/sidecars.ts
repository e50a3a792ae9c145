import { kinds } from "../mesh/kinds.ts";
import { type Cluster, ClusterError } from "../model/cluster.ts";
import { isList, type Mapping, type Value, valueAt } from "../model/value.ts";
import { textAt } from "./conditions.ts";
import { kindOf } from "./readiness.ts";

const operators: ReadonlySet<string> = new Set([
  kinds.KnativeServing,
  kinds.KnativeEventing,
  kinds.KnativeKafka,
]);

const listAt = (object: Value, ...path: readonly string[]): readonly Value[] => {
  const found = valueAt(object, path);
  return isList(found) ? found : [];
};

/** Whether a resource of Knative's operators asks for sidecars in pods of its own, by label. */
export function asksForSidecars(object: Mapping): boolean {
  if (!operators.has(kindOf(object))) return false;
  const overrides = [...listAt(object, "spec", "deployments"), ...listAt(object, "spec", "workloads")];
  return overrides.some((entry) => textAt(entry, "labels", "sidecar.istio.io/inject") === "true");
}

/** The sidecar is a container, or one of the init containers that go on (Istio 1.27 and later). */
function hasSidecar(pod: Mapping): boolean {
  const containers = [...listAt(pod, "spec", "containers"), ...listAt(pod, "spec", "initContainers")];
  return containers.some((container) => textAt(container, "name") === "istio-proxy");
}

const isGone = (pod: Mapping): boolean =>
  textAt(pod, "metadata", "deletionTimestamp") !== "" ||
  ["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"));

/**
 * A pod of a namespace that asks for a sidecar and has none: the namespace was no member of the mesh when it started
 * (requirements section 4, step 6: activator and autoscaler show a second container). Null: there is none, or pods may
 * not be read.
 */
export async function podWithoutSidecar(cluster: Cluster, namespace: string): Promise<string | null> {
  const kind = (await cluster.kinds()).find((each) => each.kind === "Pod" && each.group === "");
  if (!kind) return null;
  try {
    const pods = await cluster.list(kind, { namespace, labelSelector: "sidecar.istio.io/inject=true" });
    const bare = pods.find((pod) => !isGone(pod) && !hasSidecar(pod));
    return bare ? textAt(bare, "metadata", "name") : null;
  } catch (error) {
    if (error instanceof ClusterError && error.problem === "forbidden") return null;
    throw error;
  }
}
