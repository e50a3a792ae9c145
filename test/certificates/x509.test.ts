import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DerError,
  derValues,
  integerDigits,
  objectIdentifier,
  textOf,
  timeOf,
} from "../../src/certificates/der.ts";
import { certificateFields } from "../../src/certificates/x509.ts";
import {
  certificateDer,
  der,
  ecKeys,
  type CertificateSpec,
  identifier,
  rsaKeys,
} from "../support/certificate-builder.ts";

const keys = ecKeys();
const base: CertificateSpec = {
  subject: [["CN", "*.apps.example.com"]],
  issuer: [
    ["O", "Harbour Lines"],
    ["CN", "Issuing CA"],
  ],
  publicKey: keys.publicKey,
  signWith: keys.privateKey,
  notBefore: "2026-06-01T00:00:00Z",
  notAfter: "2027-06-01T12:30:59Z",
  serial: "5c31",
  dnsNames: ["*.apps.example.com", "apps.example.com"],
};

/** Runs a reader of hostile bytes: it gives a value or says what is wrong, and nothing else. */
function orDerError<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(DerError);
    return null;
  }
}

describe("DER", () => {
  it("reads values one after the other", () => {
    const values = derValues(Uint8Array.from([0x02, 1, 7, 0x30, 0x81, 2, 0x05, 0]));
    expect(values.map(({ tag, content }) => [tag, [...content]])).toEqual([
      [0x02, [7]],
      [0x30, [5, 0]],
    ]);
  });

  it.each([
    ["is cut off", [0x30]],
    ["is cut off", [0x30, 5, 1]],
    ["is cut off", [0x30, 0x82, 1]],
    ["has a length that DER does not have", [0x30, 0x80, 0, 0]],
    ["has a length that DER does not have", [0x30, 0x85, 0, 0, 0, 0, 1]],
    ["is cut off", [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]],
    ["has a tag that certificates do not have", [0x1f, 0x81, 1, 0]],
  ])("says what is wrong: %s", (message, bytes) => {
    expect(() => derValues(Uint8Array.from(bytes))).toThrow(message);
  });

  it("never fails in any other way", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const values = orDerError(() => derValues(bytes)) ?? [];
        const size = values.reduce((sum, { content }) => sum + content.length + 2, 0);
        expect(size).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it.each([
    ["0", [0]],
    ["1f", [0x1f]],
    ["ff", [0, 0xff]],
    ["-1", [0xff]],
    ["-80", [0x80]],
    ["10000000000000000", [1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])("reads the number %s", (digits, content) => {
    expect(integerDigits({ tag: 0x02, content: Uint8Array.from(content) })).toBe(digits);
  });

  it("knows no number without digits", () => {
    expect(() => integerDigits({ tag: 0x02, content: new Uint8Array() })).toThrow(DerError);
  });

  it.each([
    ["1.2.840.113549.1.1.11", [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]],
    ["2.5.29.17", [0x55, 0x1d, 0x11]],
    ["2.999", [0x88, 0x37]],
    ["0.9", [9]],
  ])("reads the identifier %s", (text, content) => {
    expect(objectIdentifier({ tag: 0x06, content: Uint8Array.from(content) })).toBe(text);
  });

  it("reads the strings of names", () => {
    const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
    expect(textOf({ tag: 0x0c, content: bytes("Hafen für Fähren") })).toBe("Hafen für Fähren");
    expect(textOf({ tag: 0x13, content: bytes("Harbour") })).toBe("Harbour");
    expect(textOf({ tag: 0x1e, content: Uint8Array.from([0, 0x48, 0, 0xe4, 0]) })).toBe("Hä");
    expect(textOf({ tag: 0x05, content: bytes("") })).toBeNull();
    expect(textOf(undefined)).toBeNull();
  });

  it.each([
    [0x17, "491231235959Z", "2049-12-31T23:59:59.000Z"],
    [0x17, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [0x18, "99991231235959Z", "9999-12-31T23:59:59.000Z"],
    [0x18, "00500101000000Z", "0050-01-01T00:00:00.000Z"],
  ])("reads the date %i %s", (tag, text, iso) => {
    expect(timeOf({ tag, content: Uint8Array.from(Buffer.from(text)) }).toISOString()).toBe(iso);
  });

  it.each([
    [0x17, "260230000000Z"],
    [0x17, "260101250000Z"],
    [0x17, "2601010000Z"],
    [0x18, "260101000000Z"],
    [0x13, "260101000000Z"],
  ])("refuses the date %i %s", (tag, text) => {
    expect(() => timeOf({ tag, content: Uint8Array.from(Buffer.from(text)) })).toThrow(DerError);
  });
});

describe("the fields of a certificate", () => {
  it("are all there", () => {
    expect(certificateFields(certificateDer(base))).toEqual({
      subject: "CN=*.apps.example.com",
      issuer: "O=Harbour Lines, CN=Issuing CA",
      issuerOrganization: "Harbour Lines",
      version: 3,
      serial: "5c31",
      dnsNames: ["*.apps.example.com", "apps.example.com"],
      notBefore: new Date("2026-06-01T00:00:00Z"),
      notAfter: new Date("2027-06-01T12:30:59Z"),
      signatureHash: "sha256",
      isCa: false,
    });
  });

  it("are those of the documents' commands: version 1, serial 0, no names", () => {
    const { version, serial, dnsNames, issuerOrganization } = certificateFields(
      certificateDer({ ...base, issuer: [["CN", "x"]], version: 1, serial: "00", dnsNames: [] }),
    );
    expect([version, serial, dnsNames, issuerOrganization]).toEqual([1, "0", [], null]);
  });

  it("tell a CA and the hash of the signature", () => {
    const rsa = rsaKeys(1024).privateKey;
    const hashOf = (more: Partial<CertificateSpec>): string | null =>
      certificateFields(certificateDer({ ...base, ...more })).signatureHash;
    expect(certificateFields(certificateDer({ ...base, ca: true })).isCa).toBe(true);
    expect(hashOf({ signWith: rsa, hash: "sha1" })).toBe("sha1");
    expect(hashOf({ signWith: rsa, hash: "md5" })).toBe("md5");
    expect(hashOf({ hash: "sha1" })).toBe("sha1");
  });

  it.each([
    ["sha1", der(0x30)],
    ["sha256", der(0x30, der(0xa0, der(0x30, identifier("2.16.840.1.101.3.4.2.1"))))],
    [null, der(0x30, der(0xa0, der(0x30, identifier("1.2.3"))))],
  ])("tell the hash of RSASSA-PSS: %s", (hash, parameters) => {
    const algorithm = der(0x30, identifier("1.2.840.113549.1.1.10"), parameters);
    expect(certificateFields(certificateDer({ ...base, algorithm })).signatureHash).toBe(hash);
  });

  it("know no hash of an algorithm that nobody knows, or without parameters", () => {
    const hashOf = (algorithm: Uint8Array): string | null =>
      certificateFields(certificateDer({ ...base, algorithm })).signatureHash;
    expect(hashOf(der(0x30, identifier("1.2.3")))).toBeNull();
    expect(hashOf(der(0x30, identifier("1.2.840.113549.1.1.10")))).toBe("sha1");
  });

  it("tell that basic constraints without the flag make no CA, and pass over other names", () => {
    const fields = certificateFields(
      certificateDer({
        ...base,
        dnsNames: [],
        extensions: [
          ["2.5.29.19", der(0x30)],
          ["2.5.29.17", der(0x30, der(0x87, Buffer.from([10, 0, 0, 1])))],
        ],
      }),
    );
    expect([fields.isCa, fields.dnsNames]).toEqual([false, []]);
  });

  it("agree with OpenSSL, whatever the names, serials and dates are", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
    const year = fc.integer({ min: 1990, max: 2200 });
    fc.assert(
      fc.property(
        fc.array(host, { maxLength: 5 }),
        fc.stringMatching(/^[1-9a-f][0-9a-f]{0,39}$/),
        year,
        year,
        (dnsNames, serial, from, to) => {
          const bytes = certificateDer({
            ...base,
            dnsNames,
            serial,
            notBefore: `${from}-01-02T03:04:05Z`,
            notAfter: `${to}-06-07T08:09:10Z`,
          });
          const fields = certificateFields(bytes);
          const known = new X509Certificate(bytes);
          expect(fields.serial).toBe(known.serialNumber.toLowerCase().replace(/^0+(?=.)/, ""));
          expect(fields.dnsNames).toEqual(dnsNames);
          expect(fields.notBefore.getTime()).toBe(Date.parse(known.validFrom));
          expect(fields.notAfter.getTime()).toBe(Date.parse(known.validTo));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are read from spoilt bytes, or refused, and nothing else", () => {
    const bytes = certificateDer({ ...base, ca: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const spoilt = Uint8Array.from(bytes);
          for (const [index, byte] of changes) spoilt[index] = byte;
          orDerError(() => certificateFields(spoilt));
          orDerError(() => certificateFields(spoilt.subarray(0, length)));
        },
      ),
    );
  });

  it("do not go on after the end", () => {
    const bytes = Buffer.concat([certificateDer(base), Buffer.from([0x05, 0])]);
    expect(() => certificateFields(bytes)).toThrow(DerError);
  });
});
