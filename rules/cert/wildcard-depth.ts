import { setValue } from "../../src/fix/edits.ts";
import { serviceHosts } from "../../src/mesh/certificates/base-domains.ts";
import { gatewayNames } from "../../src/mesh/certificates/coverage.ts";
import { operatorTemplate, templateDepth } from "../../src/mesh/certificates/domain-template.ts";
import { isNameFor } from "../../src/mesh/certificates/names.ts";
import { ingressClass } from "../../src/mesh/ingress-class.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "cert/wildcard-depth",
  summary: "The names of services lie deeper below the domain than a wildcard certificate reaches.",
  severity: "error",
  category: "TLS",
  documentation: [integrations("1.1")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/extension.go",
    "knative/serving vendor/knative.dev/networking/pkg/config/config.go",
  ],
  fix: "review",
  reads: [kinds.KnativeServing],
  subjects: (graph) => graph.own(kinds.KnativeServing),
  *check(serving, graph, { certificates }) {
    const ingress = ingressClass(serving);
    if (ingress.state === "unknown") return yield undecided(ingress.needs);
    if (ingress.state !== "istio") return yield notApplicable(`${ingress.state} is the ingress, not Istio`);
    const depth = templateDepth(serving);
    if (depth.state === "unknown") return yield undecided(depth.needs);
    if (depth.state === "default" || depth.labels === 1) return;
    const { names, needs } = gatewayNames(graph, certificates);
    const { hosts, needs: open } = serviceHosts(graph);
    const covered = hosts.every((host) => names.some((name) => isNameFor(name, host)));
    // Certificates for each namespace (*.shop.apps.example.com) do reach that deep.
    if (needs === null && open === null && hosts.length > 0 && covered) return;
    yield fail(
      at(serving, ...depth.path),
      `"${depth.template}" puts ${depth.labels} labels before the domain, and a wildcard certificate for the domain stands for one`,
      remedy(
        `use the operator's default "${operatorTemplate}"; addresses of services change`,
        "review",
        setValue(serving, depth.path, operatorTemplate),
      ),
    );
  },
});
