import { heldCertificates } from "../../src/mesh/certificates/held-certificates.ts";
import { pairFlaws } from "../../src/mesh/certificates/pair-flaws.ts";
import { ownServed } from "../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "cert/pair-invalid",
  summary: "Certificate, private key and issuers in a Secret do not belong together, or are too weak.",
  severity: "error",
  varies: true,
  category: "TLS",
  documentation: [integrations("1.1"), integrations("1.3")],
  fix: "none",
  reads: [kinds.Secret],
  subjects: (graph) => ownServed(graph, kinds.Secret),
  *check(secret, _graph, { certificates }) {
    if (certificates === null) return yield undecided("a certificate reader");
    const held = heldCertificates(secret, certificates);
    if (held.state === "unknown") return yield undecided(held.needs);
    if (held.state !== "read") return yield notApplicable("the Secret holds no readable certificate");
    const { key } = held.files;
    if (key.state === "unknown") yield undecided(key.why);
    for (const { of, message, advice, severity } of pairFlaws(held, certificates)) {
      const path = of === "key" && key.state === "text" ? key.path : held.path;
      yield fail(at(secret, ...path), message, { advice, ...(severity && { severity }) });
    }
  },
});
