import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, decodeBase64 } from "../../src/model/base64.ts";
import { pemBlocks } from "../../src/model/pem.ts";

describe("base64", () => {
  it("is read as the API server reads it", () => {
    expect(decodeBase64("aGFy\r\nYm91cg==\n")).toBe("harbour");
    expect(decodeBase64("")).toBe("");
    for (const wrong of ["aGFy YmI=", "aGFyYg", "aGFy====", "a-_y", "=aGF", "plain text"])
      expect(decodeBase64(wrong), wrong).toBeNull();
  });

  it("comes back from any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect([...bytesOf(decodeBase64(text) ?? "none")]).toEqual([...bytes]);
      }),
    );
  });
});

describe("PEM", () => {
  it("has blocks between other text", () => {
    const text =
      "about it\n-----BEGIN A-----\nYQ==\n-----END A-----\nand\n-----BEGIN B C-----\r\nYg==\r\n-----END B C-----";
    expect(pemBlocks(text)).toEqual({
      blocks: [
        { label: "A", content: "a", encrypted: false },
        { label: "B C", content: "b", encrypted: false },
      ],
      cut: false,
    });
  });

  it("tells what is encrypted, by its label or its headers", () => {
    const blocks = [
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nYQ==\n-----END ENCRYPTED PRIVATE KEY-----",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nYQ==\n-----END RSA PRIVATE KEY-----",
      "-----BEGIN RSA PRIVATE KEY-----\nComment: mine\n\nYQ==\n-----END RSA PRIVATE KEY-----",
    ].map((text) => pemBlocks(text).blocks[0]);
    expect(blocks.map((block) => [block?.content, block?.encrypted])).toEqual([
      ["a", true],
      ["a", true],
      ["a", false],
    ]);
  });

  it("may be cut off, or hold no base64 text", () => {
    expect(pemBlocks("-----BEGIN A-----\nYQ==\n")).toEqual({ blocks: [], cut: true });
    expect(pemBlocks("-----BEGIN A-----\n?\n-----END A-----").blocks[0]?.content).toBeNull();
    expect(pemBlocks("no block")).toEqual({ blocks: [], cut: false });
  });

  it("is read in the time of its length", () => {
    expect(pemBlocks("-----BEGIN A-----\n".repeat(60_000)).cut).toBe(true);
    expect(pemBlocks("-----BEGIN A-----\n-----END A-----\n".repeat(20_000)).blocks).toHaveLength(20_000);
  });
});
