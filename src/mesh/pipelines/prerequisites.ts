import type { Graph } from "../../model/graph.ts";
import { type Place, readString } from "../field.ts";
import { kinds } from "../kinds.ts";
import { packages } from "../prerequisites.ts";

/** OLM packages that bring Tekton. */
const pipelinePackages: readonly string[] = [
  "openshift-pipelines-operator-rh",
  "openshift-pipelines-operator",
  "tektoncd-operator",
];
const documented: readonly string[] = Object.values(packages);
const crd = "tasks.tekton.dev";
const controller = "tekton-pipelines-controller";

export type Installed =
  | { readonly state: "found" }
  | { readonly state: "unknown"; readonly needs: string }
  /** `at`: the Subscription of another operator, which the set installs. */
  | { readonly state: "absent"; readonly at: Place | null };

/**
 * Whether what runs pipelines is installed: its Subscription, its configuration, or Tekton itself. It is missing for
 * certain where the set installs the other operators, or where all there is is known.
 */
export function pipelinesInstalled(graph: Graph): Installed {
  const present = [
    ...graph.all(kinds.TektonConfig),
    ...graph.fragments(kinds.TektonConfig),
    ...graph.named(kinds.CustomResourceDefinition, null, crd),
    ...graph.named(kinds.Deployment, null, controller),
  ];
  if (present.length > 0) return { state: "found" };
  let installs: Place | null = null;
  for (const subscription of graph.all(kinds.OperatorSubscription)) {
    const name = readString(subscription, ["spec", "name"]);
    if (name.state !== "value") return { state: "unknown", needs: "the packages of the Subscriptions" };
    if (pipelinePackages.includes(name.value)) return { state: "found" };
    if (subscription.standing === "own" && documented.includes(name.value))
      installs ??= { resource: subscription, path: ["spec", "name"] };
  }
  if (installs !== null || graph.set.context.complete === true) return { state: "absent", at: installs };
  return { state: "unknown", needs: "whether OpenShift Pipelines is installed" };
}

/** Whether there is a KnativeServing; the set has to be responsible for Serverless. */
export function servingInstalled(graph: Graph): Installed {
  const present = [...graph.all(kinds.KnativeServing), ...graph.fragments(kinds.KnativeServing)];
  if (present.length > 0) return { state: "found" };
  if (graph.owns("serverless")) return { state: "absent", at: null };
  return { state: "unknown", needs: "whether Serving is installed" };
}
