import type { Certificate } from "../model/certificate.ts";
import {
  contentOf,
  DerError,
  derValues,
  type DerValue,
  inside,
  integerDigits,
  objectIdentifier,
  tags,
  textOf,
  timeOf,
} from "./der.ts";

/** What a certificate's own bytes tell; its key and fingerprint need cryptography. */
export type CertificateFields = Omit<Certificate, "key" | "fingerprint">;

const attributes: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  ["1.2.840.113549.1.9.1", "emailAddress"],
]);

const hashes: ReadonlyMap<string, string> = new Map([
  // PKCS #1
  ["1.2.840.113549.1.1.2", "md2"],
  ["1.2.840.113549.1.1.4", "md5"],
  ["1.2.840.113549.1.1.5", "sha1"],
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.113549.1.1.14", "sha224"],
  ["1.3.14.3.2.29", "sha1"],
  // ECDSA and DSA
  ["1.2.840.10045.4.1", "sha1"],
  ["1.2.840.10045.4.3.1", "sha224"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.2.840.10040.4.3", "sha1"],
  ["2.16.840.1.101.3.4.3.1", "sha224"],
  ["2.16.840.1.101.3.4.3.2", "sha256"],
  // Hashes by themselves, as parameters of RSASSA-PSS
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
  ["2.16.840.1.101.3.4.2.4", "sha224"],
]);

const rsaPss = "1.2.840.113549.1.1.10";

/** The hash of a signature algorithm; Ed25519 and the like have none of their own. */
function hashOf(algorithm: DerValue | undefined): string | null {
  const [id, parameters] = inside(algorithm, tags.sequence);
  const name = objectIdentifier(id);
  if (name !== rsaPss) return hashes.get(name) ?? null;
  const hash = (parameters ? inside(parameters, tags.sequence) : []).find(({ tag }) => tag === 0xa0);
  // RFC 4055: SHA-1 unless the parameters say otherwise.
  if (!hash) return "sha1";
  const [sequence] = derValues(hash.content);
  return hashes.get(objectIdentifier(inside(sequence, tags.sequence)[0])) ?? null;
}

type Name = readonly (readonly [type: string, value: string])[];

function nameOf(value: DerValue | undefined): Name {
  return inside(value, tags.sequence).flatMap((part) =>
    inside(part, tags.set).map((attribute) => {
      const [type, text] = inside(attribute, tags.sequence);
      const id = objectIdentifier(type);
      return [attributes.get(id) ?? id, textOf(text) ?? ""] as const;
    }),
  );
}

const nameText = (name: Name): string => name.map(([type, value]) => `${type}=${value}`).join(", ");

/** The content of each extension by its identifier. */
function extensionsOf(parts: readonly DerValue[]): ReadonlyMap<string, Uint8Array> {
  const list = parts.find(({ tag }) => tag === 0xa3);
  if (!list) return new Map();
  const [sequence] = derValues(list.content);
  return new Map(
    inside(sequence, tags.sequence).map((extension) => {
      const [id, ...rest] = inside(extension, tags.sequence);
      return [objectIdentifier(id), contentOf(rest.at(-1), tags.octetString)] as const;
    }),
  );
}

const subjectAltName = "2.5.29.17";
const basicConstraints = "2.5.29.19";
const dnsName = 0x82;

function dnsNamesOf(extension: Uint8Array | undefined): readonly string[] {
  if (!extension) return [];
  const [names] = derValues(extension);
  return inside(names, tags.sequence)
    .filter(({ tag }) => tag === dnsName)
    .map(({ content }) => new TextDecoder("latin1").decode(content));
}

function isCaOf(extension: Uint8Array | undefined): boolean {
  if (!extension) return false;
  const [constraints] = derValues(extension);
  const [first] = inside(constraints, tags.sequence);
  return first?.tag === tags.boolean && first.content[0] !== 0;
}

/**
 * Reads the fields of an X.509 certificate (RFC 5280, section 4.1) from its DER bytes.
 * @throws DerError if the bytes are none
 */
export function certificateFields(der: Uint8Array): CertificateFields {
  const [certificate, ...after] = derValues(der);
  if (after.length > 0) throw new DerError("goes on after its end");
  const [signed] = inside(certificate, tags.sequence);
  const parts = inside(signed, tags.sequence);
  const [first] = parts;
  const versioned = first?.tag === 0xa0;
  const version = versioned ? Number(`0x${integerDigits(derValues(first.content)[0])}`) + 1 : 1;
  const [serial, algorithm, issuer, validity, subject] = parts.slice(versioned ? 1 : 0);
  const [notBefore, notAfter] = inside(validity, tags.sequence);
  const issuerName = nameOf(issuer);
  const extensions = extensionsOf(parts);
  return {
    subject: nameText(nameOf(subject)),
    issuer: nameText(issuerName),
    issuerOrganization: issuerName.find(([type]) => type === "O")?.[1] ?? null,
    version,
    serial: integerDigits(serial),
    dnsNames: dnsNamesOf(extensions.get(subjectAltName)),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    signatureHash: hashOf(algorithm),
    isCa: isCaOf(extensions.get(basicConstraints)),
  };
}
