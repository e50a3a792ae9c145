import { secretLabel, secretPresence } from "../../src/mesh/certificates/missing-secrets.ts";
import { certificateUses } from "../../src/mesh/certificates/served-secrets.ts";
import { otherIngress } from "../../src/mesh/gateway-scope.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "cert/secret-missing",
  summary:
    "The Secret with the certificate for traffic from outside is not where the ingress gateway reads it.",
  severity: "error",
  category: "TLS",
  documentation: [integrations("1.3"), integrations("1.4.2"), oldestIntegrations("1.2")],
  upstream: [
    "istio/istio pilot/pkg/model/gateway.go",
    "istio/istio pilot/pkg/xds/sds.go",
    "istio/istio pkg/config/analysis/analyzers/gateway/secret.go",
  ],
  fix: "none",
  reads: [kinds.Gateway],
  subjects(graph) {
    const other = otherIngress(graph);
    if (other !== null) return notApplicable(other);
    const naming = new Set(certificateUses(graph).map((use) => use.at.resource));
    return graph.own(kinds.Gateway).filter((gateway) => naming.has(gateway));
  },
  *check(gateway, graph) {
    for (const use of certificateUses(graph).filter(({ at }) => at.resource === gateway)) {
      const found = secretPresence(graph, use);
      if (found.state === "unknown") yield undecided(found.needs);
      if (found.state !== "missing") continue;
      const { elsewhere, message } = found;
      const inNamespace = (use.namespaces ?? []).join(" and ") || "the namespace of the gateway's pods";
      yield fail(at(gateway, ...use.at.path), message, {
        ...(elsewhere && {
          related: [{ at: at(elsewhere, "metadata", "namespace"), message: secretLabel(elsewhere) }],
        }),
        advice: elsewhere
          ? `move ${secretLabel(elsewhere)} to ${inNamespace}`
          : `create the Secret ${use.name} in ${inNamespace}, or correct credentialName`,
      });
    }
  },
});
