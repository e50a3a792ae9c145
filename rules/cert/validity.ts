import { certificateName, heldCertificates } from "../../src/mesh/certificates/held-certificates.ts";
import { ownServed } from "../../src/mesh/certificates/served-secrets.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

const day = 86_400_000;
/** What browsers and the CA/Browser Forum allow for a server's certificate. */
const longest = 398;

const dateOf = (date: Date): string => date.toISOString().slice(0, 10);

export const rule = defineRule({
  id: "cert/validity",
  summary: "A certificate for traffic from outside is expired, not valid yet, or about to expire.",
  severity: "warning",
  varies: true,
  category: "TLS",
  documentation: [integrations("1.3")],
  fix: "none",
  reads: [kinds.Secret],
  options: {
    days: {
      default: 30,
      schema: { type: "number", minimum: 0 },
      description: "A certificate that expires within this many days is told.",
    },
  },
  subjects: (graph) => ownServed(graph, kinds.Secret),
  *check(secret, _graph, { certificates, now, options }) {
    const held = heldCertificates(secret, certificates);
    if (held.state === "unknown") return yield undecided(held.needs);
    if (held.state !== "read") return yield notApplicable("the Secret holds no readable certificate");
    for (const certificate of held.certificates) {
      const { notBefore, notAfter } = certificate;
      const isLeaf = certificate === held.leaf;
      const what = `${isLeaf ? "the certificate" : "the issuer's certificate"} "${certificateName(certificate)}"`;
      const left = (notAfter.getTime() - now.getTime()) / day;
      const spot = at(secret, ...held.path);
      if (left < 0)
        yield fail(spot, `${what} expired on ${dateOf(notAfter)}`, {
          severity: "error",
          advice: "issue the certificate anew",
        });
      else if (notBefore > now)
        yield fail(spot, `${what} is not valid before ${dateOf(notBefore)}`, {
          severity: "error",
          advice: "use a certificate that is valid today",
        });
      else if (left < Number(options.days))
        yield fail(spot, `${what} expires on ${dateOf(notAfter)}, in ${Math.floor(left)} days`, {
          advice: "renew the certificate, best by a tool such as cert-manager",
        });
      const span = (notAfter.getTime() - notBefore.getTime()) / day;
      if (isLeaf && span > longest)
        yield fail(
          spot,
          `${what} is valid for ${Math.round(span)} days, and browsers take ${longest} at most`,
          {
            severity: "info",
            advice: "issue it for a year, as the documents do",
          },
        );
    }
  },
});
