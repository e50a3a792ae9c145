import * as fc from "fast-check";
import { createColors } from "picocolors";
import { expect, test } from "vitest";
import { compact } from "../../src/report/compact.ts";
import { github } from "../../src/report/github.ts";
import { json } from "../../src/report/json.ts";
import { pretty } from "../../src/report/pretty.ts";
import { hideKeyMaterial, inertLines, safeBlock, safeText } from "../../src/report/safe-text.ts";
import { sarif } from "../../src/report/sarif.ts";
import { finding, report, rules } from "./example.ts";

/** Text with much of what is dangerous in it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "::",
        "##[",
        "%",
        "\n",
        "\r\n",
        "\u001b[2J",
        "\u202e",
        "\u0085",
        "\u2028",
        "\t",
        "a:",
        " ",
        ",",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const hazards = /[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029]/u;
const withoutBreaks = (output: string): string => output.replaceAll("\n", "");

const input = fc.record({
  path: text,
  content: text,
  message: text,
  title: text,
  start: fc.nat(40),
  length: fc.nat(9),
});

test("whatever a manifest holds, no format passes on a control character or a command", () => {
  fc.assert(
    fc.property(input, ({ path, content, message, title, start, length }) => {
      const file = { path: `x${path}`, text: content };
      const from = Math.min(start, content.length);
      const at = { file, start: from, end: Math.min(from + length, content.length) };
      const fix = { title, safety: "safe" as const, edits: [{ ...at, text: title }] };
      const related = [{ at, message: title }];
      const one = report([finding(at, { message, fix, related, rule: "a/b" })], {
        files: [{ path, state: "skipped", reason: title }],
      });
      const annotation = github(one);
      expect(annotation.startsWith("::error file=x")).toBe(true);
      expect(annotation.indexOf("\n")).toBe(annotation.length - 1);
      for (const output of [
        pretty(one, { colors: createColors(false), verbose: true }),
        compact(one),
        json(one),
        sarif(one, rules, { version: "1.0.0", exitCode: 1 }),
      ]) {
        expect(withoutBreaks(output)).not.toMatch(hazards);
        expect(output).not.toMatch(/^\s*::/m);
      }
      const [read] = JSON.parse(json(one)).findings;
      expect(read.message).toBe(message);
      expect(read.file).toBe(file.path);
      expect(compact(one).split("\n")).toHaveLength(2);
    }),
  );
});

test("a runner finds no command in an inert text, coloured or not", () => {
  const colored = `\u001b[1m::error::x\u001b[22m\n  ::a\n##[group]b\nfine :: here`;
  const inert = inertLines(colored);
  expect(inert).not.toContain("##[");
  expect(inert.split("\n").filter((line) => /^\W*::/.test(line.slice(line.indexOf("m") + 1)))).toEqual([]);
  expect(inert).toContain("fine :: here");
});

test("harmless text stays as it is", () => {
  for (const sample of ["plain", "Größe 名前 😀", "a::b", "100%"]) expect(safeText(sample)).toBe(sample);
  expect(safeBlock("a\r\n\tb\n")).toBe("a\n\tb\n");
});

test.each([
  ["sha256:" + "0123456789abcdef".repeat(4), false],
  ["/var/run/secrets/kubernetes/serviceaccount/" + "folder/".repeat(8), false],
  ["a-very-long-name-of-a-service-that-nobody-should-give-to-anything-at-all", false],
  ["0123456789abcdef".repeat(4), true],
  ["TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCA=", true],
  [
    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nand more text that follows behind it",
    true,
  ],
])("%s hides: %s", (sample, hides) => {
  expect(hideKeyMaterial(sample) !== sample).toBe(hides);
  expect(hideKeyMaterial(sample)).not.toContain("MIIE");
});
