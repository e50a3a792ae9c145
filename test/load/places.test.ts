import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { listFiles, readSources } from "../../src/load/files.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import type { ManifestDocument } from "../../src/model/document.ts";
import { type Path, toJson, valueAt } from "../../src/model/value.ts";
import { repository, shared } from "../shared.ts";

function only(text: string): ManifestDocument {
  const [document] = parseDocuments({ path: "a.yaml", text });
  if (!document || document.error) throw new Error(document?.error?.message ?? "no document");
  return document;
}

/** The text at the value, and at the key, of every path. */
function texts(text: string): Record<string, readonly (string | undefined)[]> {
  const { places } = only(text);
  const at = (span: { start: number; end: number } | undefined) => span && text.slice(span.start, span.end);
  const entries = Array.from(places.paths(), (path) => [
    path.join("."),
    [at(places.value(path)), at(places.key(path)), places.shared(path) ? "shared" : "own"],
  ]);
  return Object.fromEntries(entries);
}

/** Scalars whose place does not read back as their value. */
function wrongPlaces(document: ManifestDocument): readonly Path[] {
  const { places, value, file } = document;
  return [...places.paths()].filter((path) => {
    const found = valueAt(value, path);
    const span = places.value(path);
    if (found === undefined || !span || !places.key(path)) return true;
    if (typeof found === "object" && found !== null) return false;
    const text = file.text.slice(span.start, span.end);
    // The number in a block scalar's header counts from the parent, which is not there.
    if (/^[|>][-+]?\d/.test(text) || text.startsWith("*")) return false;
    const [again] = parseDocuments({ path: "", text: `${text}\n` });
    return toJson(again?.value ?? null) !== toJson(found);
  });
}

describe("places", () => {
  it("are those of keys and values, quotes included", () => {
    expect(texts("a: 1\n'b' : \"x\"\nc:\n- y # c\n- d: {e: [f], g}\n")).toEqual({
      a: ["1", "a", "own"],
      b: ['"x"', "'b'", "own"],
      c: ["- y # c\n- d: {e: [f], g}", "c", "own"],
      "c.0": ["y", "y", "own"],
      "c.1": ["d: {e: [f], g}", "d: {e: [f], g}", "own"],
      "c.1.d": ["{e: [f], g}", "d", "own"],
      "c.1.d.e": ["[f]", "e", "own"],
      "c.1.d.e.0": ["f", "f", "own"],
      "c.1.d.g": ["", "g", "own"],
    });
  });

  it("of block texts run from the header to the last line that counts", () => {
    const values = (text: string) => Object.values(texts(text)).map(([value]) => value);
    expect(
      values("--- # |\na: |- # |\n  x\n   \n\nb: >+\n  w\n\nc: !t &q |\n  z \n  \n   \nd: |\n\ne: |+\n"),
    ).toEqual(["|- # |\n  x\n   ", ">+\n  w\n", "|\n  z \n  \n   ", "|", "|+"]);
    expect(values("- |\n  x\n- >\r\n  w\r\n  \r\n- |\r  z\r")).toEqual(["|\n  x", ">\r\n  w", "|\r  z"]);
  });

  it("of values that are not there follow the colon or dash", () => {
    const text = "a: # c\nb:\n-\n- # d\n-\n? e\n? f\n: &x\ng: !t\nh: {i, j: }\n";
    const { places } = only(text);
    const ends = Array.from(places.paths(), (path) => {
      const { start = 0, end = 0 } = places.value(path) ?? {};
      return start === end ? [path.join("."), text.slice(0, start).split("\n").at(-1)] : [];
    });
    expect(ends.filter((entry) => entry.length > 0)).toEqual([
      ["a", "a:"],
      ["b.0", "-"],
      ["b.1", "-"],
      ["b.2", "-"],
      ["e", "? e"],
      ["f", ": &x"],
      ["g", "g: !t"],
      ["h.i", "h: {i"],
      ["h.j", "h: {i, j:"],
    ]);
  });

  it("of what an alias stands for are the anchor's, and shared", () => {
    expect(texts("x: &x {a: 1}\nk: &k m\nz: *x\n*k : 2\n")).toEqual({
      x: ["{a: 1}", "x", "own"],
      "x.a": ["1", "a", "own"],
      k: ["m", "k", "own"],
      z: ["*x", "z", "shared"],
      "z.a": ["1", "a", "shared"],
      m: ["2", "*k", "own"],
    });
  });

  it("of merged keys are where they come from, and shared", () => {
    expect(
      texts("x: &x {a: 1, b: 2}\nz: &z {a: 3}\nm:\n  b: 4\n  <<: [*z, *x, {c: 5}]\n  c: 6\no: {<<: *x}\n"),
    ).toMatchObject({
      "m.a": ["3", "a", "shared"],
      "m.b": ["2", "b", "shared"],
      "m.c": ["6", "c", "own"],
      "o.a": ["1", "a", "shared"],
    });
  });

  it("of a key that stands twice are those of the last one", () => {
    const text = "a: 1\nb: 2\na: 3\n";
    expect(texts(text)).toEqual({ b: ["2", "b", "own"], a: ["3", "a", "own"] });
  });

  it("of absent paths, and of the whole document", () => {
    const { places } = only("a: [1]\n");
    expect([places.value(["b"]), places.key(["a", 1]), places.shared(["a", "x"])]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect([places.value([]), places.key([])]).toEqual([{ start: 0, end: 6 }, undefined]);
    const [empty] = parseDocuments({ path: "a", text: "# nothing\n" });
    expect([...(empty?.places.paths() ?? [])]).toEqual([]);
    const [broken] = parseDocuments({ path: "a", text: "a: [\n" });
    expect(broken?.places.value(["a"])).toBeUndefined();
  });

  it("count from the start of the file, also behind a byte order mark", () => {
    const text = "a: 1\n---\n\uFEFFb: [x, y]\n";
    const [, second] = parseDocuments({ path: "a", text });
    const span = second?.places.value(["b", 1]);
    expect(text.slice(span?.start, span?.end)).toBe("y");
  });

  it("read back as the value", () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        "two\nlines\n",
        "no end\nhere",
        "\n\nfirst",
        "tail\n\n",
        " lead\nx",
        "yes",
        "a: b # c",
        "'",
        "word ".repeat(20),
      ),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    // The writer leaves `<<` without quotes, which makes it a merge key.
    const key = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== "<<");
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie("node"), { maxLength: 4 }),
        fc.dictionary(key, tie("node"), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.boolean(), fc.constantFrom("any", "flow"), (value, crlf, style) => {
        const written = stringify({ spec: value }, { version: "1.1", collectionStyle: style as "any" });
        fc.pre(!/[^\n\x20-\x7E\xA1-\u2027\u2030-\uD7FF]|\\u/u.test(written));
        const document = only(crlf ? written.replaceAll("\n", "\r\n") : written);
        expect(wrongPlaces(document)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  const folders = ["fixtures", shared("corpus"), shared("crds")].filter((folder) => folder !== null);
  it.each(folders)("read back as the value in every file of %s", (folder) => {
    const { paths } = listFiles(folder, { workingDirectory: repository });
    const { files } = readSources(paths, repository);
    const wrong = files.flatMap((file) =>
      parseDocuments(file).flatMap((document) =>
        wrongPlaces(document).map((path) => `${file.path} ${document.index} ${path.join(".")}`),
      ),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});
