import { appendItems } from "../../src/fix/items.ts";
import { type Blocking, blockingOf } from "../../src/mesh/admission/blocking.ts";
import {
  failurePolicyOf,
  type Webhook,
  webhookKinds,
  webhooksOf,
} from "../../src/mesh/admission/webhooks.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import type { Edit } from "../../src/model/finding.ts";
import { type Value, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

/** Leaves out the server's namespace by its name, the control plane's by the run level that OpenShift gives them. */
function exclusion(
  { configuration, path }: Webhook,
  { namespaces, own, controlPlane }: Blocking,
): readonly Edit[] | null {
  const entries: Value[] = [];
  if (own !== "no")
    entries.push({ key: "kubernetes.io/metadata.name", operator: "NotIn", values: namespaces });
  if (controlPlane !== "no")
    entries.push({ key: "openshift.io/run-level", operator: "NotIn", values: ["0", "1"] });
  return appendItems(configuration, [...path, "namespaceSelector", "matchExpressions"], entries);
}

const title = ({ own, controlPlane }: Blocking): string => {
  const names = own === "no" ? [] : ["the server's own namespace"];
  if (controlPlane !== "no") names.push("the control plane's namespaces");
  return `leave ${names.join(" and ")} out by a namespaceSelector`;
};

export const rule = defineRule({
  id: "admission/failure-policy-self-block",
  summary:
    "A webhook that refuses requests while it is down also refuses what its own server needs to start.",
  severity: "error",
  varies: true,
  category: "availability",
  documentation: [architecture("6.1"), architecture("6.3"), architecture("6.5")],
  upstream: [
    "kubernetes/website content/en/docs/reference/access-authn-authz/extensible-admission-controllers.md",
  ],
  fix: "review",
  reads: [...webhookKinds],
  subjects: (graph) => graph.own(...webhookKinds),
  *check(configuration, graph) {
    for (const webhook of webhooksOf(configuration)) {
      const blocking = blockingOf(graph, webhook);
      const policy = failurePolicyOf(webhook);
      if (blocking === null) continue;
      if (policy.state === "unknown") yield undecided(policy.why);
      if (policy.state !== "value" || policy.value !== "Fail") continue;
      const { own, controlPlane, namespaces } = blocking;
      if (own === "no" && controlPlane === "no") continue;
      const hasConditions = valueAt(webhook.value, ["matchConditions", 0]) !== undefined;
      if (hasConditions || isPatched(graph, configuration) || (own !== "yes" && controlPlane !== "yes")) {
        yield undecided(`which namespaces ${webhook.label} leaves out`);
        continue;
      }
      const where =
        own === "yes" ? `its own namespace ${namespaces.join(", ")}` : "the namespaces of the control plane";
      const effect =
        own === "yes" ? "cannot start again once it is down" : "can keep a cluster from starting";
      yield fail(
        at(
          configuration,
          ...webhook.path,
          webhook.value.namespaceSelector ? "namespaceSelector" : "failurePolicy",
        ),
        `${webhook.label} decides about ${blocking.objects} in ${where} too and has failurePolicy Fail, so its server ${effect}`,
        {
          severity: own === "yes" ? "error" : "warning",
          ...remedy(title(blocking), "review", exclusion(webhook, blocking)),
        },
      );
    }
  },
});
