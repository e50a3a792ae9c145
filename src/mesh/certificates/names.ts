import type { CertificateReader } from "../../model/certificate.ts";
import type { Graph } from "../../model/graph.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";
import { read, readString, readStrings, valueOr } from "../field.ts";
import { kinds } from "../kinds.ts";
import { heldCertificates } from "./held-certificates.ts";
import { type CertificateUse, makerOf, meantSecrets, otherMaker } from "./served-secrets.ts";

/** The names that a certificate is for. */
export type CertificateNames =
  | { readonly state: "known"; readonly names: readonly string[]; readonly path: Path }
  | { readonly state: "unknown"; readonly needs: string };

const unknown = (needs: string): CertificateNames => ({ state: "unknown", needs });

/** What cert-manager is asked for. An ACME server takes over the common name, other issuers do not. */
function requestedNames(graph: Graph, certificate: Resource): CertificateNames {
  const path = ["spec", "dnsNames"];
  const listed = readStrings(certificate, path);
  if (listed.state === "unknown") return unknown(listed.why);
  if (listed.state === "value" && listed.value.length > 0)
    return { state: "known", names: listed.value, path };
  const reference = ["spec", "issuerRef"];
  const name = valueOr(readString(certificate, [...reference, "name"]), "");
  const kind = valueOr(readString(certificate, [...reference, "kind"]), "Issuer");
  const namespace = kind === "ClusterIssuer" ? null : certificate.namespace;
  const issuers = graph.named(`${kind}.cert-manager.io`, namespace, name);
  const plain =
    issuers.length > 0 && issuers.every((issuer) => read(issuer, ["spec", "acme"]).state === "absent");
  return plain
    ? { state: "known", names: [], path }
    : unknown(`the ${kind} ${name}, which may add the common name`);
}

/**
 * The names of the certificate that a Secret holds, or that what makes it asks for.
 * @param resource a Secret, ExternalSecret, SealedSecret or Certificate
 */
export function namesOf(
  graph: Graph,
  resource: Resource,
  reader: CertificateReader | null,
): CertificateNames {
  if (resource.kind === kinds.CertManagerCertificate) return requestedNames(graph, resource);
  if (resource.kind !== kinds.Secret)
    return unknown(`the certificate that ${resource.id.kind} ${resource.name} leads to`);
  const held = heldCertificates(resource, reader);
  if (held.state === "unknown") return unknown(held.needs);
  if (held.state !== "read") return unknown(`a readable certificate in Secret ${resource.name}`);
  return { state: "known", names: held.leaf.dnsNames, path: held.path };
}

export interface ServedNames {
  readonly names: readonly string[];
  /** The certificates whose names are known. */
  readonly holders: readonly { readonly resource: Resource; readonly path: Path }[];
  /** What would tell the names of the others; null: all are known. */
  readonly needs: string | null;
}

/** The names of all certificates that some fields name. */
export function servedNames(
  graph: Graph,
  uses: readonly CertificateUse[],
  reader: CertificateReader | null,
): ServedNames {
  const names: string[] = [];
  const holders: { resource: Resource; path: Path }[] = [];
  let needs: string | null = null;
  for (const use of uses) {
    const secrets = meantSecrets(graph, use);
    if (secrets.length === 0) needs = otherMaker(graph, use.name) ?? `the Secret ${use.name}`;
    for (const secret of secrets) {
      const resource = makerOf(secret) ?? secret;
      const found = namesOf(graph, resource, reader);
      if (found.state === "unknown") needs = found.needs;
      else {
        names.push(...found.names);
        holders.push({ resource, path: found.path });
      }
    }
  }
  return { names, holders, needs };
}

/**
 * Whether a name of a certificate is good for a host: a wildcard stands for exactly one label (RFC 6125, section 6.4.3).
 * The host may be such a wildcard itself.
 */
export function isNameFor(name: string, host: string): boolean {
  const pattern = name.toLowerCase().replace(/\.$/, "");
  const wanted = host.toLowerCase().replace(/\.$/, "");
  if (pattern === wanted) return true;
  if (!pattern.startsWith("*.") || wanted.startsWith("*")) return false;
  return wanted.indexOf(".") > 0 && wanted.slice(wanted.indexOf(".")) === pattern.slice(1);
}
