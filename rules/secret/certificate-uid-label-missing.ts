import { setValue } from "../../src/fix/edits.ts";
import { labelPaths, secretKinds, useOf } from "../../src/mesh/certificate-secrets.ts";
import { readMap, valueOr } from "../../src/mesh/field.ts";
import { ingress } from "../../src/mesh/ingress-class.ts";
import { certificateLabel, secretFiltering } from "../../src/mesh/secret-filtering.ts";
import { label } from "../../src/model/resource.ts";
import { at, defineRule, fail, notApplicable, remedy, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "secret/certificate-uid-label-missing",
  summary: "A Secret that Istio's controller has to read lacks the label by which it finds its Secrets.",
  severity: "error",
  varies: true,
  category: "configuration",
  documentation: [integrations("1.7"), oldestIntegrations("1.6")],
  upstream: [
    "knative-extensions/net-istio pkg/reconciler/informerfiltering/util.go",
    "knative-extensions/net-istio pkg/reconciler/ingress/resources/secret.go",
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/secretinformerfiltering.go",
  ],
  applies: "Serverless >= 1.24",
  fix: "safe",
  reads: secretKinds,
  subjects(graph) {
    if (ingress(graph).state === "kourier") return notApplicable("Kourier is the ingress");
    return graph.own(...secretKinds);
  },
  *check(secret, graph) {
    const use = useOf(graph, secret);
    if (use === null) return yield notApplicable("no DomainMapping or Gateway names it");
    const paths = labelPaths(secret);
    const path = [...paths.usual, certificateLabel];
    const labels = readMap(secret, paths.read);
    if (labels.state === "unknown") return yield undecided(labels.why);
    if (Object.hasOwn(valueOr(labels, {}), certificateLabel)) return;
    const filtering = secretFiltering(graph);
    if (filtering.state === "unknown") return yield undecided(filtering.needs);
    if (filtering.state === "off")
      return yield notApplicable(`Secrets are not filtered: ${filtering.because}`);
    const who = use.at === null ? "" : `, which ${label(use.at.resource)} names`;
    yield fail(
      at(secret, ...path),
      use.by === "net-istio"
        ? `label ${certificateLabel} is missing on this Secret${who}, and Istio's controller of Knative sees only Secrets that have it`
        : `label ${certificateLabel} is missing on this Secret${who}; the documents ask for it on every Secret, though the gateway does not need it`,
      {
        ...(use.by === "istiod" && { severity: "info" as const }),
        ...(use.at && { related: [{ at: at(use.at.resource, ...use.at.path), message: "the name" }] }),
        ...remedy(
          `add label ${certificateLabel}`,
          "safe",
          setValue(secret, [...paths.read, certificateLabel], secret.name),
        ),
      },
    );
  },
});
