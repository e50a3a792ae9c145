import {
  coverageOf,
  failurePolicyOf,
  isValidating,
  webhookKinds,
  webhooksOf,
} from "../../src/mesh/admission/webhooks.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

/** Istio ships these with Ignore, and istiod sets Fail as soon as it can answer (validatingwebhookconfiguration.yaml). */
const turnedByTheirServer = /^(?:rev\.)?validation\.istio\.io$/;

export const rule = defineRule({
  id: "admission/failure-policy-ignore",
  summary: "Requests pass unchecked whenever the server of a webhook cannot be called.",
  severity: "warning",
  category: "security",
  documentation: [architecture("6.3"), architecture("6.4")],
  upstream: [
    "istio/istio manifests/charts/istio-control/istio-discovery/templates/validatingwebhookconfiguration.yaml",
  ],
  fix: "none",
  reads: [...webhookKinds],
  subjects: (graph) => graph.own(...webhookKinds),
  *check(configuration, graph) {
    for (const webhook of webhooksOf(configuration)) {
      const { name } = webhook.value;
      if (typeof name === "string" && turnedByTheirServer.test(name)) continue;
      // A mutating webhook is a matter of policy where it shapes what may run: pods, namespaces, or everything.
      if (!isValidating(webhook) && coverageOf(webhook).length === 0) continue;
      const policy = failurePolicyOf(webhook);
      if (policy.state === "unknown") yield undecided(policy.why);
      if (policy.state !== "value" || policy.value !== "Ignore") continue;
      if (isPatched(graph, configuration)) {
        yield undecided(`the failurePolicy of ${webhook.label} as Kustomize renders it`);
        continue;
      }
      const isDefault = webhook.value.failurePolicy === undefined;
      const cause = isDefault ? "no failurePolicy means Ignore in v1beta1" : "failurePolicy is Ignore";
      yield fail(
        at(configuration, ...webhook.path, "failurePolicy"),
        `${cause}, so ${webhook.label} lets every request pass while its server cannot be called`,
        {
          advice: "set failurePolicy: Fail, and leave the server's own namespace out by a namespaceSelector",
        },
      );
    }
  },
});
