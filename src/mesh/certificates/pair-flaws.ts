import type { Certificate, CertificateReader } from "../../model/certificate.ts";
import type { Severity } from "../../model/finding.ts";
import { certificateName, type HeldCertificates } from "./held-certificates.ts";

/** What is wrong with a certificate, its key or its chain. */
export interface PairFlaw {
  /** Which value of the Secret it is about. */
  readonly of: "certificate" | "key";
  readonly message: string;
  readonly advice: string;
  /** Only where it is not an error. */
  readonly severity?: Severity;
}

export type Held = Extract<HeldCertificates, { readonly state: "read" }>;

const quoted = (certificate: Certificate): string => `"${certificateName(certificate)}"`;

/** The position of the certificate that the key belongs to; null: not known, -1: none of them. */
function keyOwner({ certificates, files }: Held, reader: CertificateReader): number | null {
  const { key } = files;
  if (key.state !== "text") return null;
  const matches = certificates.map((certificate) => reader.keyMatches(certificate, key.text));
  return matches.some((match) => match === "encrypted" || match === "unreadable")
    ? null
    : matches.indexOf("yes");
}

/** A key that belongs to none of the certificates. */
function* keyFlaws(owner: number | null, { leaf, files }: Held): Generator<PairFlaw> {
  const [certificateKey, keyKey] = files.names;
  if (owner === -1)
    yield {
      of: "key",
      message: `${keyKey} is not the private key of the certificate ${quoted(leaf)} in ${certificateKey}`,
      advice: "put in the certificate and the key that belong together",
    };
}

/** The gateway's own certificate has to come first: the key tells which it is, else which one is no CA. */
function orderFlaw(owner: number | null, { certificates, files }: Held): PairFlaw | null {
  const [leaf, ...others] = certificates;
  const isLater = owner === null ? leaf.isCa && others.some((other) => !other.isCa) : owner > 0;
  if (!isLater) return null;
  return {
    of: "certificate",
    message: `${files.names[0]} begins with ${quoted(leaf)}, and the gateway's own certificate comes later`,
    advice: "put the gateway's own certificate first and its issuers after it",
  };
}

/** Certificates that do not belong to the chain of the first one. */
function* chainFlaws({ certificates, files }: Held, reader: CertificateReader): Generator<PairFlaw> {
  const [leaf, ...others] = certificates;
  const advice = "put the issuers of the certificate after it, each one followed by its own issuer";
  const different = (other: Certificate): boolean => other.fingerprint !== leaf.fingerprint;
  const issuers = others.filter(different);
  if (issuers.length === 0) return;
  if (leaf.issuer !== leaf.subject && !issuers.some((issuer) => reader.isIssuedBy(leaf, issuer))) {
    yield {
      of: "certificate",
      message: `the chain in ${files.names[0]} is broken: none of the certificates after ${quoted(leaf)} issued it`,
      advice,
    };
    return;
  }
  const stray = issuers.find(
    (issuer) =>
      !certificates.some(
        (other) => other.fingerprint !== issuer.fingerprint && reader.isIssuedBy(other, issuer),
      ),
  );
  if (stray)
    yield {
      of: "certificate",
      message: `the chain in ${files.names[0]} is broken: ${quoted(stray)} issued none of the others`,
      advice,
    };
}

const weakHashes: readonly (string | null)[] = ["md2", "md5", "sha1"];

/** What makes callers refuse a certificate whatever its names are. */
function* strengthFlaws({ certificates, leaf }: Held): Generator<PairFlaw> {
  for (const certificate of certificates) {
    const { type, bits } = certificate.key;
    if (type.startsWith("rsa") && bits !== null && bits < 2048)
      yield {
        of: "certificate",
        message: `the key of ${quoted(certificate)} has ${bits} bits, and RSA needs 2048 at least`,
        advice: "issue the certificate anew with an RSA key of 2048 bits, or with an EC key",
      };
    // Nobody checks the signature that a root makes on itself.
    const counts = certificate === leaf || certificate.subject !== certificate.issuer;
    if (counts && weakHashes.includes(certificate.signatureHash))
      yield {
        of: "certificate",
        message: `${quoted(certificate)} is signed with ${certificate.signatureHash?.toUpperCase()}, which callers refuse`,
        advice: "issue the certificate anew with SHA-256",
      };
  }
}

/** The name that the documents' commands give their root. */
const exampleOrganization = /^example,? inc\.?$/i;

function* originFlaws({ leaf }: Held): Generator<PairFlaw> {
  if (exampleOrganization.test(leaf.issuerOrganization?.trim() ?? ""))
    yield {
      of: "certificate",
      severity: "warning",
      message: `the certificate ${quoted(leaf)} is issued by the documents' example CA (O=Example Inc.), which nobody trusts`,
      advice: "use a certificate of a public CA, or of the organisation's own",
    };
  if (leaf.serial === "0")
    yield {
      of: "certificate",
      severity: "info",
      message: `the certificate ${quoted(leaf)} has serial number 0, as the documents' command -set_serial 0 makes it`,
      advice: "let the CA choose a random serial number",
    };
}

/** Everything that is wrong with the certificates of a Secret and their key. */
export function* pairFlaws(held: Held, reader: CertificateReader): Generator<PairFlaw> {
  const owner = keyOwner(held, reader);
  yield* keyFlaws(owner, held);
  const order = orderFlaw(owner, held);
  if (order) yield order;
  else yield* chainFlaws(held, reader);
  yield* strengthFlaws(held);
  yield* originFlaws(held);
}
