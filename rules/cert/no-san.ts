import { namesOf } from "../../src/mesh/certificates/names.ts";
import { heldCertificates } from "../../src/mesh/certificates/held-certificates.ts";
import { ownServed } from "../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations, oldestIntegrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "cert/no-san",
  summary: "The certificate for traffic from outside has no DNS name as subject alternative name.",
  severity: "error",
  category: "TLS",
  documentation: [integrations("1.3"), oldestIntegrations("1.2")],
  upstream: ["openshift-knative/serverless-operator hack/lib/mesh.bash"],
  fix: "none",
  reads: [kinds.Secret, kinds.CertManagerCertificate],
  subjects: (graph) => ownServed(graph, kinds.Secret, kinds.CertManagerCertificate),
  *check(resource, graph, { certificates }) {
    const held = resource.kind === kinds.Secret ? heldCertificates(resource, certificates) : null;
    if (held?.state === "none" || held?.state === "unreadable")
      return yield notApplicable("the Secret holds no readable certificate");
    const found = namesOf(graph, resource, certificates);
    if (found.state === "unknown") return yield undecided(found.needs);
    if (found.names.length > 0) return;
    const leaf = held?.state === "read" ? held.leaf : null;
    const printed =
      leaf?.version === 1 && leaf.serial === "0"
        ? "; it is as the commands of the documents make it, and their example is wrong there"
        : "";
    yield fail(
      at(resource, ...found.path),
      leaf
        ? `the certificate has no DNS subjectAltName, only the subject "${leaf.subject.slice(0, 80)}" (X.509 v${leaf.version}): ` +
            `Go clients and browsers refuse it, though curl takes the common name${printed}`
        : "the certificate is asked for without dnsNames: Go clients and browsers look at no other name",
      {
        advice: leaf
          ? "issue the certificate anew with subjectAltName=DNS:*.<domain of the routes>"
          : "add dnsNames with *.<domain of the routes>",
      },
    );
  },
});
