import { setValue } from "../../src/fix/edits.ts";
import { appendItems } from "../../src/fix/items.ts";
import { injectedControlPlane, type InjectedGroup } from "../../src/mesh/control-plane-pods.ts";
import { overrideList } from "../../src/mesh/data-plane.ts";
import { injectKey } from "../../src/mesh/injection.ts";
import { operatorKinds } from "../../src/mesh/kinds.ts";
import type { Resource } from "../../src/model/resource.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

function refusing(operator: Resource, { names, path, isNew }: InjectedGroup): ReturnType<typeof remedy> {
  const form = path.at(-2) === "annotations" ? "annotation" : "label";
  const title = `set ${form} ${injectKey} of the pods to "false"`;
  const entries = names.map((name) => ({ name, labels: { [injectKey]: "false" } }));
  const exact = path.at(-1) === injectKey ? path : [...path, "labels", injectKey];
  const edits = isNew
    ? appendItems(operator, overrideList(operator), entries)
    : setValue(operator, exact, "false");
  return remedy(title, "review", edits);
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
    const { groups, needs } = injectedControlPlane(graph, operator);
    for (const group of groups) {
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
    for (const need of needs) yield undecided(need);
  },
});
