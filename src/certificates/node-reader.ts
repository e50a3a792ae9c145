import type { X509Certificate } from "node:crypto";
import type { Certificate, CertificateReader, CertificatesReading, KeyMatch } from "../model/certificate.ts";
import { bytesOf } from "../model/base64.ts";
import { pemBlocks, type PemBlock } from "../model/pem.ts";
import { DerError } from "./der.ts";
import { certificateFields } from "./x509.ts";

/** More than a Secret can hold (1 MiB), base64 and line breaks included. */
const longestText = 2_000_000;
const mostCertificates = 100;

/** Loaded when the first certificate is read: most runs read none. */
const crypto = () => process.getBuiltinModule("node:crypto");

/** The certificates behind the plain ones, for what needs their keys. */
const originals = new WeakMap<Certificate, X509Certificate>();

const curveBits: ReadonlyMap<string, number> = new Map([
  ["prime192v1", 192],
  ["secp224r1", 224],
  ["prime256v1", 256],
  ["secp256k1", 256],
  ["secp384r1", 384],
  ["secp521r1", 521],
]);

function keyOf(original: X509Certificate): Certificate["key"] {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = original.publicKey;
    const { modulusLength, namedCurve = "" } = asymmetricKeyDetails ?? {};
    return { type: asymmetricKeyType ?? "unknown", bits: modulusLength ?? curveBits.get(namedCurve) ?? null };
  } catch {
    // OpenSSL knows more kinds of certificates than of keys.
    return { type: "unknown", bits: null };
  }
}

function certificateOf(content: string): Certificate {
  const der = bytesOf(content);
  const fields = certificateFields(der);
  const original = new (crypto().X509Certificate)(der);
  const fingerprint = original.fingerprint256.replaceAll(":", "").toLowerCase();
  const certificate = { ...fields, key: keyOf(original), fingerprint };
  originals.set(certificate, original);
  return certificate;
}

const unreadable = (why: string): CertificatesReading => ({ state: "unreadable", why });

function certificatesIn(pem: string): CertificatesReading {
  if (pem.length > longestText) return unreadable("is longer than a Secret can be");
  const { blocks, cut } = pemBlocks(pem);
  const found = blocks.filter(({ label }) => label === "CERTIFICATE");
  if (cut) return unreadable("ends inside a PEM block");
  if (found.length > mostCertificates) return unreadable(`has more than ${mostCertificates} certificates`);
  const certificates: Certificate[] = [];
  for (const [index, { content }] of found.entries()) {
    const which = found.length === 1 ? "a certificate" : `a certificate (number ${index + 1})`;
    if (content === null) return unreadable(`has ${which} that is not base64 text`);
    try {
      certificates.push(certificateOf(content));
    } catch (error) {
      const why = error instanceof DerError ? error.message : "cannot be read";
      return unreadable(`has ${which} that ${why}`);
    }
  }
  const [first, ...others] = certificates;
  return first
    ? { state: "read", certificates: [first, ...others] }
    : unreadable("has no block -----BEGIN CERTIFICATE-----");
}

const keyForms: ReadonlyMap<string, "pkcs8" | "pkcs1" | "sec1"> = new Map([
  ["PRIVATE KEY", "pkcs8"],
  ["RSA PRIVATE KEY", "pkcs1"],
  ["EC PRIVATE KEY", "sec1"],
]);

function matches(original: X509Certificate, { label, content, encrypted }: PemBlock): KeyMatch {
  if (encrypted) return "encrypted";
  const type = keyForms.get(label);
  if (content === null || type === undefined) return "unreadable";
  try {
    const key = Buffer.from(content, "latin1");
    return original.checkPrivateKey(crypto().createPrivateKey({ key, format: "der", type })) ? "yes" : "no";
  } catch {
    return "unreadable";
  }
}

/** OpenSSL of some systems verifies no signature with these: the names have to do there. */
const outdated: readonly (string | null)[] = ["md2", "md5", "sha1"];

function signed(original: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return original.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Reads certificates with node:crypto, and with a reader of our own for what that does not tell on every version. */
export const nodeCertificates: CertificateReader = {
  certificates: certificatesIn,
  keyMatches(certificate, key) {
    const original = originals.get(certificate);
    const block = pemBlocks(key).blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
    return original && block ? matches(original, block) : "unreadable";
  },
  isIssuedBy(certificate, issuer) {
    const original = originals.get(certificate);
    const other = originals.get(issuer);
    if (!original || !other || !original.checkIssued(other)) return false;
    return outdated.includes(certificate.signatureHash) || signed(original, other);
  },
};
