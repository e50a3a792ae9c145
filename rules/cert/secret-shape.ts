import { heldCertificates } from "../../src/mesh/certificates/held-certificates.ts";
import { keysNotAsked, secretFlaws } from "../../src/mesh/certificates/secret-flaws.ts";
import { ownServed, usesOf } from "../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "cert/secret-shape",
  summary:
    "The Secret of the ingress gateway does not hold a certificate and its key in a form that can be read.",
  severity: "error",
  category: "TLS",
  documentation: [integrations("1.3")],
  upstream: ["istio/istio pilot/pkg/credentials/kube/secrets.go"],
  fix: "none",
  reads: [kinds.Secret, kinds.ExternalSecret],
  subjects: (graph) => ownServed(graph, kinds.Secret, kinds.ExternalSecret),
  *check(secret, graph, { certificates }) {
    if (secret.kind === kinds.ExternalSecret) {
      const missing = keysNotAsked(secret);
      if (missing.length > 0)
        yield fail(
          at(secret, "spec", "data"),
          `the ExternalSecret makes a Secret without ${missing.join(" and ")}, which the gateway needs`,
          { advice: `add ${missing.map((key) => `secretKey: ${key}`).join(" and ")}` },
        );
      return;
    }
    let flawed = false;
    for (const { path, message, advice } of secretFlaws(graph, secret, usesOf(graph, secret), certificates)) {
      flawed = true;
      yield fail(at(secret, ...path), message, { advice });
    }
    const held = heldCertificates(secret, certificates);
    if (!flawed && held.state === "unknown") yield undecided(held.needs);
  },
});
