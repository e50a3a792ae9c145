import { setValue } from "../../src/fix/edits.ts";
import { appendItems } from "../../src/fix/items.ts";
import { controlPlaneNames, isWebhookReachable } from "../../src/mesh/control-plane-pods.ts";
import { type OperatorPod, operatorPods, overrideList, overridePath } from "../../src/mesh/data-plane.ts";
import { injection, injectKey } from "../../src/mesh/injection.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import type { Graph } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { formatPath, type Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Problem, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

interface Group {
  readonly names: readonly string[];
  readonly path: Path;
  /** `error` as soon as calls to one webhook are refused. */
  readonly severity: "error" | "warning";
  readonly reason: string;
  /** None of the workloads has an override. */
  readonly isNew: boolean;
}

/** The workloads that share a field of the operator's resource: one list of overrides that lacks them all. */
function grouped(graph: Graph, operator: Resource, pods: readonly OperatorPod[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { workload, pod } of pods) {
    const found = injection(graph, pod);
    if (found.state !== "yes") continue;
    const form = found.cause === "annotation" ? "annotation" : "label";
    const { path, entry } = overridePath(operator, workload.name, form, injectKey);
    const isRefused = workload.name.includes("webhook") && !isWebhookReachable(graph, pod);
    const key = formatPath(path);
    const group = groups.get(key);
    groups.set(key, {
      names: [...(group?.names ?? []), workload.name],
      path,
      severity: isRefused || group?.severity === "error" ? "error" : "warning",
      reason: found.reason,
      isNew: entry === null,
    });
  }
  return [...groups.values()];
}

function refusing(operator: Resource, { names, path, isNew }: Group): Pick<Problem, "fix" | "advice"> {
  const form = path.at(-2) === "annotations" ? "annotation" : "label";
  const title = `set ${form} ${injectKey} of the pods to "false"`;
  const entries = names.map((name) => ({ name, labels: { [injectKey]: "false" } }));
  const exact = path.at(-1) === injectKey ? path : [...path, "labels", injectKey];
  const edits = isNew
    ? appendItems(operator, overrideList(operator), entries)
    : setValue(operator, exact, "false");
  return edits ? { fix: { title, safety: "review", edits } } : { advice: title };
}

export const rule = defineRule({
  id: "serving/control-plane-injected",
  summary:
    "Pods of Knative's control plane get sidecars, although the API server calls them from outside the mesh.",
  severity: "warning",
  varies: true,
  category: "mTLS",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator hack/lib/serverless.bash",
    "knative-extensions/net-istio config/400-webhook-peer-authentication.yaml",
  ],
  fix: "review",
  reads: [...operatorKinds],
  subjects: (graph) => graph.own(...operatorKinds),
  *check(operator, graph) {
    const pods = operatorPods(graph, operator).filter(({ workload }) =>
      controlPlaneNames.includes(workload.name),
    );
    for (const group of grouped(graph, operator, pods)) {
      const verb = group.names.length === 1 ? "gets a sidecar" : "get sidecars";
      const effect =
        group.severity === "error"
          ? "webhooks refuse the API server, which has no mesh certificate"
          : "the documents want only the data plane in the mesh";
      yield fail(
        at(operator, ...group.path),
        `${group.names.join(", ")} ${verb}, because ${group.reason}; ${effect}`,
        { severity: group.severity, ...refusing(operator, group) },
      );
    }
    for (const { pod } of pods) {
      const found = injection(graph, pod);
      if (found.state === "unknown") yield undecided(found.needs);
    }
  },
});
