import { replaceScalar } from "../../src/fix/edits.ts";
import { isDnsSubdomain } from "../../src/mesh/gateway-config.ts";
import { isDnsLabel } from "../../src/mesh/hosts.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { knativeGatewaysOf } from "../../src/mesh/knative-gateways.ts";
import { valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

/** The whole name of a Service that is written as `<service>.<namespace>`; null for any other text. */
function completed(host: string, clusterDomain: string): string | null {
  const parts = host.replace(/\.$/, "").split(".");
  return parts.length === 2 && parts.every(isDnsLabel) ? `${parts.join(".")}.svc.${clusterDomain}` : null;
}

export const rule = defineRule({
  id: "serving/gateway-service-url",
  summary:
    "The Service of the gateway for external traffic is not written in full, so services get no OpenShift Route.",
  severity: "error",
  category: "routing",
  documentation: [integrations("1.4.3")],
  upstream: [
    "openshift-knative/serverless-operator serving/ingress/pkg/reconciler/ingress/resources/route.go",
  ],
  fix: "safe",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph) {
    const used = ingressClass(serving);
    if (used.state === "unknown") return yield undecided(used.needs);
    if (used.state !== "istio") return yield notApplicable(`${used.state} is its ingress`);
    const answer = knativeGatewaysOf(graph, serving);
    if (answer.state === "unknown") return yield undecided(answer.needs);
    for (const { role, host, service, at: place } of answer.gateways) {
      if (role !== "external" || place === null || service !== null) continue;
      if (host === null) {
        yield undecided("the host name of the gateway's Service");
        continue;
      }
      // What is no host name at all makes the whole configuration invalid, which is another rule's.
      if (!isDnsSubdomain(host)) continue;
      const { clusterDomain } = graph.profile;
      const whole = completed(host, clusterDomain);
      const isScalar = whole !== null && valueAt(serving.value, place.path) === host;
      const edits = isScalar ? replaceScalar(serving, place.path, whole) : null;
      const title = `write ${whole ?? `<service>.<namespace>.svc.${clusterDomain}`}`;
      yield fail(
        at(serving, ...place.path),
        `the Service of the external gateway is ${JSON.stringify(host)}, in which the operator finds no Service and namespace; it makes no Route for any service`,
        edits ? { fix: { title, safety: "safe", edits } } : { advice: title },
      );
    }
  },
});
