import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeCertificates as reader } from "../../src/certificates/node-reader.ts";
import type { Certificate } from "../../src/model/certificate.ts";
import {
  certificatePem,
  ecKeys,
  keyPem,
  type CertificateSpec,
  type Keys,
  pem,
  rsaKeys,
} from "../support/certificate-builder.ts";

const authority = ecKeys();
const own = ecKeys();
const authorityName = [["O", "Harbour Lines"]] as const;
const dates = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
const authorityPem = certificatePem({
  subject: authorityName,
  publicKey: authority.publicKey,
  signWith: authority.privateKey,
  ca: true,
  ...dates,
});

function made(keys: Keys = own, more: Partial<CertificateSpec> = {}): string {
  return certificatePem({
    subject: [["CN", "shop"]],
    issuer: authorityName,
    publicKey: keys.publicKey,
    signWith: authority.privateKey,
    dnsNames: ["shop.example.com"],
    ...dates,
    ...more,
  });
}

function all(text: string): readonly Certificate[] {
  const reading = reader.certificates(text);
  if (reading.state !== "read") throw new Error(reading.why);
  return reading.certificates;
}

const first = (text: string): Certificate => {
  const [certificate] = all(text);
  if (!certificate) throw new Error("none");
  return certificate;
};

describe("certificates", () => {
  it("come in the order of the bundle, other blocks passed over", () => {
    const text = `subject of the first\r\n${made()}${keyPem(own)}\n${authorityPem.replaceAll("\n", "\r\n")}`;
    expect(all(text).map(({ subject }) => subject)).toEqual(["CN=shop", "O=Harbour Lines"]);
  });

  it("tell their keys", () => {
    const ed = generateKeyPairSync("ed25519");
    const sorts: readonly (readonly [Keys, Certificate["key"]])[] = [
      [own, { type: "ec", bits: 256 }],
      [ecKeys("secp384r1"), { type: "ec", bits: 384 }],
      [rsaKeys(1024), { type: "rsa", bits: 1024 }],
      [ed, { type: "ed25519", bits: null }],
    ];
    for (const [keys, expected] of sorts) expect(first(made(keys)).key).toEqual(expected);
    expect(first(made(own, { signWith: ed.privateKey })).signatureHash).toBeNull();
  });

  it.each([
    ["has no block", ""],
    ["has no block", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
    ["ends inside a PEM block", made().slice(0, 200)],
    ["that is not base64 text", "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n"],
    ["that is cut off", pem("CERTIFICATE", Buffer.from([0x30, 0x82, 1, 1, 0]))],
    ["number 2", made() + pem("CERTIFICATE", Buffer.from([0x30, 0x03, 2, 1, 0]))],
    ["more than 100", pem("CERTIFICATE", Buffer.from([0x30, 0])).repeat(101)],
    ["longer than a Secret can be", "x".repeat(2_000_001)],
  ])("say why they cannot be read: %s", (why, text) => {
    const reading = reader.certificates(text);
    expect(reading.state === "unreadable" ? reading.why : "").toContain(why);
  });

  it("never fail, and never show what they were made of", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.base64String(), (around, body) => {
        const planted = `${around}-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----${around}`;
        const reading = reader.certificates(planted);
        if (reading.state === "unreadable" && body.length > 8) expect(reading.why).not.toContain(body);
      }),
    );
  });
});

describe("private keys", () => {
  const certificate = first(made());

  it.each([
    ["PKCS #8", own.privateKey.export({ type: "pkcs8", format: "pem" })],
    ["SEC 1", own.privateKey.export({ type: "sec1", format: "pem" })],
    [
      "SEC 1 after its parameters",
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${own.privateKey.export({ type: "sec1", format: "pem" }).toString()}`,
    ],
  ])("belong to their certificate: %s", (_form, key) => {
    expect(reader.keyMatches(certificate, key.toString())).toBe("yes");
    expect(reader.keyMatches(first(authorityPem), key.toString())).toBe("no");
  });

  it("belong to it as PKCS #1 and Ed25519 too", () => {
    const rsa = rsaKeys();
    const pkcs1 = rsa.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    expect(reader.keyMatches(first(made(rsa)), pkcs1)).toBe("yes");
    const ed = generateKeyPairSync("ed25519");
    expect(reader.keyMatches(first(made(ed)), keyPem(ed))).toBe("yes");
  });

  it.each([
    ["PKCS #8", { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "example" }],
    ["SEC 1", { type: "sec1", format: "pem", cipher: "aes-256-cbc", passphrase: "example" }],
  ] as const)("with a passphrase tell nothing: %s", (_form, how) => {
    expect(reader.keyMatches(certificate, own.privateKey.export(how).toString())).toBe("encrypted");
  });

  it.each([
    ["", "nothing"],
    [made(), "a certificate"],
    [pem("PRIVATE KEY", Buffer.from("garbage")), "garbage"],
    [pem("OPENSSH PRIVATE KEY", Buffer.from("openssh-key-v1")), "another form"],
    ["-----BEGIN PRIVATE KEY-----\n???\n-----END PRIVATE KEY-----\n", "no base64 text"],
  ])("are told from %#: $1", (text) => {
    expect(reader.keyMatches(certificate, text)).toBe("unreadable");
  });

  it("of certificates that another reader read tell nothing", () => {
    expect(reader.keyMatches({ ...certificate }, keyPem(own))).toBe("unreadable");
    expect(reader.isIssuedBy({ ...certificate }, certificate)).toBe(false);
  });
});

describe("issuers", () => {
  it("are known by name and signature", () => {
    expect(reader.isIssuedBy(first(made()), first(authorityPem))).toBe(true);
    expect(reader.isIssuedBy(first(authorityPem), first(made()))).toBe(false);
    const other = ecKeys();
    const namesake = certificatePem({
      subject: authorityName,
      publicKey: other.publicKey,
      signWith: other.privateKey,
      ca: true,
      ...dates,
    });
    expect(reader.isIssuedBy(first(made()), first(namesake))).toBe(false);
  });

  it("are known by name where the signature is one that some systems do not verify", () => {
    const rsa = rsaKeys(1024);
    const issuer = certificatePem({
      subject: authorityName,
      publicKey: rsa.publicKey,
      signWith: rsa.privateKey,
      ca: true,
      ...dates,
    });
    const signed = made(own, { signWith: rsa.privateKey, hash: "md5" });
    expect(reader.isIssuedBy(first(signed), first(issuer))).toBe(true);
  });
});
