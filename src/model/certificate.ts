/**
 * What X.509 certificates say, as far as rules ask. The core of meshlint reads none by itself: whoever runs it hands in
 * a reader. Nothing here holds bytes of a certificate or a key.
 */

/** One X.509 certificate. */
export interface Certificate {
  /** The subject's parts in the order of the certificate: `CN=*.apps.example.com, O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** `O` of the issuer; null: it has none. */
  readonly issuerOrganization: string | null;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Hexadecimal digits in lower case, without leading zeros: `0` for zero; with `-` if it is negative. */
  readonly serial: string;
  /** DNS names of the subjectAltName as written; empty also where there is no such extension. */
  readonly dnsNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** `rsa`, `ec`, `ed25519`, …, as node:crypto calls it; bits: size of the modulus or of the curve. */
  readonly key: { readonly type: string; readonly bits: number | null };
  /** What is signed with: `sha256`, `sha1`, `md5`, …; null: an algorithm without a hash of its own, or unknown. */
  readonly signatureHash: string | null;
  /** The CA flag of the basic constraints. */
  readonly isCa: boolean;
  /** SHA-256 over the whole certificate, in hexadecimal digits. */
  readonly fingerprint: string;
}

export type CertificatesReading =
  | { readonly state: "read"; readonly certificates: readonly [Certificate, ...Certificate[]] }
  /** `why` continues a sentence about the text: `has a certificate that is cut off`. Never a part of the text itself. */
  | { readonly state: "unreadable"; readonly why: string };

/** Whether a private key belongs to a certificate; `encrypted` and `unreadable` keys tell nothing. */
export type KeyMatch = "yes" | "no" | "encrypted" | "unreadable";

/** Reads X.509 certificates: given from outside, since a browser has no means for it. */
export interface CertificateReader {
  /**
   * The certificates of a PEM text in their order; other PEM blocks are passed over.
   * @param pem such as the text under `tls.crt` of a Secret
   */
  certificates(pem: string): CertificatesReading;
  /** @param key PEM text of a private key: PKCS #8, PKCS #1 or SEC 1 */
  keyMatches(certificate: Certificate, key: string): KeyMatch;
  /** Whether the issuer's name and key fit the certificate's signature. */
  isIssuedBy(certificate: Certificate, issuer: Certificate): boolean;
}
