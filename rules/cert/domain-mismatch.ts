import {
  domainCoverage,
  gatewayCertificateUses,
  gatewayNames,
  uncoveredMappings,
} from "../../src/mesh/certificates/coverage.ts";
import { isUnknown } from "../../src/model/placeholder.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

const listed = (names: readonly string[]): string =>
  names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");

export const rule = defineSetRule({
  id: "cert/domain-mismatch",
  summary: "The certificates of the ingress gateway are not for the domain of the services.",
  severity: "error",
  category: "TLS",
  documentation: [integrations("1.1"), oldestIntegrations("1.1")],
  upstream: [
    "openshift-knative/serverless-operator openshift-knative-operator/pkg/serving/extension.go",
    "knative/serving pkg/reconciler/domainmapping/resources/ingress.go",
  ],
  fix: "none",
  reads: [kinds.Gateway, kinds.Secret, kinds.CertManagerCertificate],
  applicable(graph) {
    if (gatewayCertificateUses(graph).length > 0) return null;
    return notApplicable("no Gateway of Knative names a certificate");
  },
  *check(graph, { certificates }) {
    const served = gatewayNames(graph, certificates);
    const { names, holders, needs } = served;
    if (names.length === 0)
      return yield needs === null ? notApplicable("the certificate has no name at all") : undecided(needs);
    const gateways = gatewayCertificateUses(graph).map((use) => use.at);
    const [spot] = [...holders, ...gateways].filter(({ resource }) => resource.standing === "own");
    for (const found of domainCoverage(graph, served)) {
      if (found.state === "unknown") yield undecided(found.needs);
      if (found.state !== "lacking" || !spot) continue;
      const { domain, hosts } = found;
      const wanted = hosts.length === 0 ? `*.${domain}` : listed(hosts);
      const tooHigh = names.some((name) => name.startsWith("*.") && domain.endsWith(name.slice(1)));
      const depth = tooHigh ? "; a wildcard stands for one label" : "";
      yield fail(
        at(spot.resource, ...spot.path),
        `the certificate is for ${listed(names)}, and services are reached as ${wanted}${depth}`,
        { advice: `issue the certificate anew with *.${domain} as subject alternative name` },
      );
    }
    for (const mapping of uncoveredMappings(graph, served)) {
      if (isUnknown(mapping.name)) yield undecided("the name of the DomainMapping");
      else if (needs !== null) yield undecided(needs);
      else
        yield fail(
          at(mapping, "metadata", "name"),
          `the DomainMapping ${mapping.name} has no certificate of its own, and the gateway's is for ${listed(names)} only`,
          {
            related: holders.map(({ resource, path }) => ({
              at: at(resource, ...path),
              message: "the gateway's certificate",
            })),
            advice: "name a Secret with a certificate for it in spec.tls.secretName",
          },
        );
    }
  },
});
