import { setValue } from "../../src/fix/edits.ts";
import { appendItems } from "../../src/fix/items.ts";
import { type OperatorPod, operatorPods, overrideList, overridePath } from "../../src/mesh/data-plane.ts";
import { excludesPort, podExcludesPort } from "../../src/mesh/excluded-ports.ts";
import { valueOr } from "../../src/mesh/field.ts";
import { injection, injectKey } from "../../src/mesh/injection.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import { meshesOf } from "../../src/mesh/membership.ts";
import { workloadMode } from "../../src/mesh/mtls.ts";
import type { Graph, PodTemplate } from "../../src/model/graph.ts";
import type { Resource } from "../../src/model/resource.ts";
import { formatPath, type Path } from "../../src/model/value.ts";
import { at, defineRule, fail, type Problem, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** What the API server and the kubelet reach from outside the mesh. */
const controlPlane: readonly string[] =
  `webhook net-istio-webhook controller net-istio-controller autoscaler-hpa
  eventing-webhook eventing-controller imc-controller mt-broker-controller eventing-istio-controller
  kafka-webhook-eventing`.split(/\s+/);

/** The port of every webhook of Knative. */
const webhookPort = 8443;

/** Whether the API server's calls come through: the port is left alone, or takes callers without a certificate. */
function isReachable(graph: Graph, pod: PodTemplate): boolean {
  const own = podExcludesPort(pod, webhookPort);
  if (own.state === "value") return own.value;
  const home = meshesOf(graph, pod.namespace);
  if (home.state !== "member") return false;
  const planes = home.mesh.controlPlanes.map((plane) => plane.resource);
  if (planes.some((plane) => valueOr(excludesPort(graph, plane, webhookPort), false))) return true;
  const mode = workloadMode(graph, pod, home.mesh, webhookPort);
  return mode.state === "known" && mode.mode !== "STRICT";
}

interface Group {
  readonly names: string[];
  readonly path: Path;
  readonly severity: "error" | "warning";
  readonly reason: string;
  /** None of the workloads has an override. */
  readonly isNew: boolean;
}

/** The workloads that share a field of the operator's resource and a severity. */
function grouped(graph: Graph, operator: Resource, pods: readonly OperatorPod[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { workload, pod } of pods) {
    const found = injection(graph, pod);
    if (found.state !== "yes") continue;
    const form = found.cause === "annotation" ? "annotation" : "label";
    const { path, entry } = overridePath(operator, workload.name, form, injectKey);
    const isWebhook = workload.name.includes("webhook");
    const severity = isWebhook && !isReachable(graph, pod) ? "error" : "warning";
    const key = `${severity} ${formatPath(path)}`;
    const group: Group = groups.get(key) ?? {
      names: [],
      path,
      severity,
      reason: found.reason,
      isNew: entry === null,
    };
    group.names.push(workload.name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function refusing(operator: Resource, { names, path, isNew }: Group): Pick<Problem, "fix" | "advice"> {
  const title = `set label ${injectKey} of the pods to "false"`;
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
    const pods = operatorPods(graph, operator).filter(({ workload }) => controlPlane.includes(workload.name));
    for (const group of grouped(graph, operator, pods)) {
      const verb = group.names.length === 1 ? "gets a sidecar" : "get sidecars";
      const effect =
        group.severity === "error"
          ? "the API server, which calls webhooks without a mesh certificate, is refused"
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
