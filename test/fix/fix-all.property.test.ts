import * as fc from "fast-check";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { rules } from "../../rules/index.ts";
import { loadFiles } from "../../src/load/load.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import type { SourceFile } from "../../src/model/source.ts";
import { toJson } from "../../src/model/value.ts";
import { shared } from "../shared.ts";
import { casesOf, type FixtureCase } from "../support/fixture-cases.ts";
import { lintMemory } from "../support/lint.ts";
import { asRead, fixMemory } from "./run.ts";

const optionsOf = ({ config, base, rule }: FixtureCase) => ({ config, base, rules: [rule] });

/** Cases that a rule's fixes change, without comments that steer the linter. */
const fixable = rules
  .filter((rule) => rule.fix !== "none")
  .flatMap((rule) => casesOf(rule.id).filter((fixture) => fixture.outcome === "fail"))
  .filter(({ files }) => !files.some(({ text }) => text.includes("meshlint-")))
  .filter((fixture) =>
    lintMemory(asRead(fixture.files), optionsOf(fixture)).findings.some(
      ({ fix, suppressed }) => suppressed === null && (fix?.edits.length ?? 0) > 0,
    ),
  );

/** What the objects say, whatever the text looks like. */
const values = (files: readonly SourceFile[]): readonly string[] =>
  files.map((file) =>
    parseDocuments(file)
      .filter(({ value }) => value !== null)
      .map(({ value }) => toJson(value))
      .join("\n"),
  );

/** Other texts that say the same. */
const styles = {
  crlf: (text: string) => text.replace(/\r?\n/g, "\r\n"),
  "no last line break": (text: string) => text.replace(/(?:\r?\n)+$/, ""),
  "a comment above": (text: string) => `# First.\n\n${text}`,
  "an empty document above": (text: string) => `---\n# Nothing.\n---\n${text.replace(/^---\r?\n/, "")}`,
  "no comments": (text: string) => text.replace(/[ \t]+# expect[^\r\n]*/g, ""),
  "comments behind": (text: string) => text.replace(/^([ \t]*(?:- )?\w+:)$/gm, "$1 # note"),
  "empty lines": (text: string) => text.replace(/^([ \t]*)(\w+:)$/gm, "\n$1$2"),
} as const;
type Style = keyof typeof styles;
const styleNames = Object.keys(styles) as readonly Style[];

/** Whether a text still says the same: comments in block scalars would not. */
const says = (before: readonly SourceFile[], after: readonly SourceFile[]): boolean =>
  toJson(values(before)) === toJson(values(after));

const pick = fc.record({
  fixture: fc.constantFrom(...fixable),
  style: fc.uniqueArray(fc.constantFrom(...styleNames), { minLength: 1, maxLength: 3 }),
});
const runs = { numRuns: 150 };

describe("fixes of any style", () => {
  it("make the same objects, and leave line breaks and comments alone", () => {
    fc.assert(
      fc.property(pick, ({ fixture, style }) => {
        const plain = asRead(fixture.files);
        const restyled = plain.map(({ path, text }) => ({
          path,
          text: style.reduce((result, name) => styles[name](result), text),
        }));
        fc.pre(says(plain, restyled));
        const before = fixMemory(plain, optionsOf(fixture));
        const after = fixMemory(restyled, optionsOf(fixture));
        expect(after.withheld.map(({ reason }) => reason)).toEqual([]);
        expect(after.done.length).toBe(before.done.length);
        expect(values(after.files)).toEqual(values(before.files));
        for (const [index, { path, text }] of after.files.entries()) {
          const was = restyled[index]?.text ?? "";
          if (!/[^\r]\n/.test(was)) expect(text, path).not.toMatch(/[^\r]\n/);
          if (was.endsWith("\n")) expect(text, path).toMatch(/\n$/);
          const kept = text.match(/#[^\r\n]*/g) ?? [];
          const all = was.match(/#[^\r\n]*/g) ?? [];
          expect(all, "no comment is new").toEqual(expect.arrayContaining(kept));
        }
        expect(fixMemory(after.files, optionsOf(fixture)).changed).toEqual([]);
      }),
      runs,
    );
  });

  it("leave every line alone that no edit touches, byte for byte", () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixable), fc.constantFrom(...styleNames), (fixture, style) => {
        const files = asRead(fixture.files).map(({ path, text }) => ({ path, text: styles[style](text) }));
        const { changed, done } = fixMemory(files, optionsOf(fixture));
        for (const { path, before, after } of changed) {
          const edits = done.flatMap(({ fix }) => fix.edits).filter(({ file }) => file.path === path);
          // Edits of later passes are in offsets of other texts.
          if (edits.some(({ file }) => file.text !== before)) continue;
          let start = 0;
          const untouched = before.split("\n").filter((line) => {
            const [from, to] = [start, start + line.length];
            start = to + 1;
            return !edits.some((edit) => edit.start <= to && edit.end >= from);
          });
          const lines = after.split("\n");
          let next = 0;
          for (const line of untouched) {
            next = lines.indexOf(line, next) + 1;
            expect(next, `${JSON.stringify(line)} of ${path}`).toBeGreaterThan(0);
          }
        }
      }),
      runs,
    );
  });

  it("in JSON, make the same objects as in YAML, or are withheld", () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixable), fc.boolean(), (fixture, wide) => {
        const plain = asRead(fixture.files);
        const asJson = plain.map((file) => ({
          path: file.path,
          text: parseDocuments(file)
            .filter(({ value }) => value !== null && value !== undefined)
            .map(({ value }) => `${toJson(value, wide ? 2 : 0)}\n`)
            .join("---\n"),
        }));
        fc.pre(says(plain, asJson));
        const [before, after] = [plain, asJson].map((files) => fixMemory(files, optionsOf(fixture)));
        fc.pre(before?.done.length === after?.done.length);
        // Quotes keep what is written, and JSON writes `yes` and 1.30 in another way.
        fc.pre(!before?.done.some(({ fix }) => fix.title.includes("quotes")));
        expect(values(after?.files ?? [])).toEqual(values(before?.files ?? []));
        for (const { text } of after?.files ?? [])
          for (const part of text.split(/^---\n/m).filter((piece) => piece.trimStart().startsWith("{")))
            expect(() => JSON.parse(part)).not.toThrow();
        expect(fixMemory(after?.files ?? [], optionsOf(fixture)).changed).toEqual([]);
      }),
      runs,
    );
  });
});

const corpus = shared("corpus", "labels.json");
const sets: readonly { readonly id: string }[] =
  corpus === null ? [] : JSON.parse(readFileSync(corpus, "utf8")).sets;

function filesOf(id: string): readonly SourceFile[] {
  const folder = shared("corpus", id) ?? "";
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile() && /\.(ya?ml|json)$/.test(path))
    .sort()
    .map((path) => ({ path: path.replaceAll("\\", "/"), text: readFileSync(join(folder, path), "utf8") }));
}

describe("fixes of real sets", () => {
  if (corpus === null)
    test.skip("are not tried: set MESHLINT_SHARED to a folder with corpus/labels.json", () => {});

  test.each(sets.map(({ id }) => id))("%s", (id) => {
    const files = asRead(filesOf(id));
    const outcome = fixMemory(files);
    expect(outcome.settled).toBe(true);
    const errors = (all: readonly SourceFile[]) =>
      loadFiles(all).documents.filter(({ error }) => error !== null).length;
    expect(errors(outcome.files)).toBe(errors(files));
    for (const { before, after } of outcome.changed) {
      const comments = (text: string) => text.match(/(?:^|\s)#[^\r\n]*/g) ?? [];
      expect(comments(after)).toEqual(comments(before));
    }
    const again = fixMemory(outcome.files);
    expect(again.changed).toEqual([]);
    expect(again.report.findings.length).toBeLessThanOrEqual(lintMemory(files).findings.length);
  });
});
