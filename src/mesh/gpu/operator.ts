import type { Graph } from "../../model/graph.ts";
import { type Place, readString } from "../field.ts";
import { kinds } from "../kinds.ts";

/** OLM packages of NVIDIA's GPU operator. */
const packages: readonly string[] = ["gpu-operator-certified", "gpu-operator"];

export type GpuOperator =
  | { readonly state: "found" | "unknown" }
  | { readonly state: "absent"; readonly why: string; readonly at: Place | null };

/**
 * Whether the GPU operator is set up by a ClusterPolicy. It is missing for certain where the set installs the operator
 * itself, or where all there is is known.
 */
export function gpuOperator(graph: Graph): GpuOperator {
  const policies = [...graph.all(kinds.ClusterPolicy), ...graph.fragments(kinds.ClusterPolicy)];
  if (policies.length > 0) return { state: "found" };
  for (const subscription of graph.own(kinds.OperatorSubscription)) {
    const name = readString(subscription, ["spec", "name"]);
    if (name.state !== "value" || !packages.includes(name.value)) continue;
    return {
      state: "absent",
      why: "the set installs the GPU operator without a ClusterPolicy",
      at: { resource: subscription, path: ["spec", "name"] },
    };
  }
  if (graph.set.context.complete === true)
    return { state: "absent", why: "the GPU operator has no ClusterPolicy", at: null };
  return { state: "unknown" };
}
