import { createSign, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Makes X.509 certificates for tests, broken and old-fashioned ones included, with dates of one's choice. */
export interface CertificateSpec {
  readonly subject: readonly (readonly [type: "CN" | "O", value: string])[];
  readonly issuer?: CertificateSpec["subject"];
  readonly publicKey: KeyObject;
  /** Of the issuer. */
  readonly signWith: KeyObject;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Hexadecimal digits. */
  readonly serial?: string;
  readonly version?: 1 | 3;
  readonly dnsNames?: readonly string[];
  readonly ca?: boolean;
  readonly hash?: "sha256" | "sha1" | "md5";
  /** DER of the signature algorithm that the certificate names; default: the one that it is signed with. */
  readonly algorithm?: Uint8Array;
  /** More extensions: identifier and DER of the value. */
  readonly extensions?: readonly (readonly [id: string, value: Uint8Array])[];
}

export const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x10000
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

export function identifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

const attributeTypes = { CN: "2.5.4.3", O: "2.5.4.10" } as const;
const nullValue = der(0x05);

function name(parts: CertificateSpec["subject"]): Buffer {
  return der(
    0x30,
    ...parts.map(([type, value]) =>
      der(0x31, der(0x30, identifier(attributeTypes[type]), der(0x0c, Buffer.from(value)))),
    ),
  );
}

/** GeneralizedTime, or UTCTime for dates that have to use it. */
function time(text: string): Buffer {
  const digits = `${new Date(text).toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`;
  return Number(digits.slice(0, 4)) < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits));
}

function algorithm(key: KeyObject, hash: "sha256" | "sha1" | "md5"): Buffer {
  if (key.asymmetricKeyType === "ed25519") return der(0x30, identifier("1.3.101.112"));
  if (key.asymmetricKeyType === "ec")
    return der(0x30, identifier(hash === "sha1" ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.2"));
  const ids = { md5: "1.2.840.113549.1.1.4", sha1: "1.2.840.113549.1.1.5", sha256: "1.2.840.113549.1.1.11" };
  return der(0x30, identifier(ids[hash]), nullValue);
}

function extension(id: string, value: Uint8Array): Buffer {
  return der(0x30, identifier(id), der(0x04, value));
}

function serialBytes(digits: string): Buffer {
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

/** The DER bytes of a certificate. */
export function certificateDer(spec: CertificateSpec): Buffer {
  const { subject, issuer = subject, version = 3, serial = "1f", hash = "sha256", signWith } = spec;
  const names = (spec.dnsNames ?? []).map((text) => der(0x82, Buffer.from(text, "latin1")));
  const extensions = [
    ...(names.length > 0 ? [extension("2.5.29.17", der(0x30, ...names))] : []),
    ...(spec.ca ? [extension("2.5.29.19", der(0x30, der(0x01, Buffer.from([0xff]))))] : []),
    ...(spec.extensions ?? []).map(([id, value]) => extension(id, value)),
  ];
  const signed = der(
    0x30,
    ...(version === 3 ? [der(0xa0, der(0x02, Buffer.from([2])))] : []),
    der(0x02, serialBytes(serial)),
    spec.algorithm ?? algorithm(signWith, hash),
    name(issuer),
    der(0x30, time(spec.notBefore), time(spec.notAfter)),
    name(subject),
    spec.publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [der(0xa3, der(0x30, ...extensions))] : []),
  );
  const signature =
    signWith.asymmetricKeyType === "ed25519"
      ? sign(null, signed, signWith)
      : createSign(hash).update(signed).sign(signWith);
  return der(0x30, signed, algorithm(signWith, hash), der(0x03, Buffer.from([0]), signature));
}

/** A PEM block, 64 characters a line. */
export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

export function certificatePem(spec: CertificateSpec): string {
  return pem("CERTIFICATE", certificateDer(spec));
}

export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function ecKeys(namedCurve = "prime256v1"): Keys {
  return generateKeyPairSync("ec", { namedCurve });
}

export function rsaKeys(modulusLength = 2048): Keys {
  return generateKeyPairSync("rsa", { modulusLength });
}

/** PKCS #8. */
export function keyPem({ privateKey }: Keys): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
