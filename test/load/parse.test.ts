import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseDocuments } from "../../src/load/parse.ts";
import { positionAt } from "../../src/model/source.ts";
import { toJson, type Value } from "../../src/model/value.ts";

const read = (text: string) => parseDocuments({ path: "a.yaml", text });
const only = (text: string) => {
  const [document, ...others] = read(text);
  expect(others).toEqual([]);
  if (!document) throw new Error("no document");
  return document;
};

/** Numbers for kubectl (`0XFF`, `0o7`) that the writer takes for texts which need no quotes. */
const isBareNumber = (text: string) => /^[-+]?0[BOXo]/.test(text);

/** Values as people write them; strings of YAML 1.1 words included. */
const scalar = fc.oneof(
  fc.string({ maxLength: 12 }).filter((text) => !isBareNumber(text)),
  fc.constantFrom(
    "yes",
    "n",
    "0644",
    "1_000",
    "12:30",
    "",
    "~",
    "<<",
    "a: b",
    "- x",
    "#",
    "'",
    "x\ny\n",
    "\n z",
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
/** The writer leaves `<<` without quotes, which makes it a merge key. */
const key = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== "<<" && !isBareNumber(text));
const value: fc.Arbitrary<Value> = fc.letrec<{ node: Value }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar as fc.Arbitrary<Value>,
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(key, tie("node"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).node;

/** Characters that YAML cannot hold, or that YAML 1.1 takes for line ends. */
const isWritable = (text: string) => !/[^\n\x20-\x7E\xA1-\u2027\u2030-\uD7FF]|\\u/u.test(text);

describe("values", () => {
  it("come back from YAML", () => {
    fc.assert(
      fc.property(value, (expected) => {
        const text = stringify(
          { spec: expected },
          { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0 },
        );
        fc.pre(isWritable(text));
        const document = only(text);
        expect(document.error).toBeNull();
        expect(toJson(document.value)).toBe(toJson({ spec: expected }));
      }),
      { numRuns: 400 },
    );
  });

  it("come back from JSON", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (expected, indent) => {
        const text = toJson({ spec: expected }, indent);
        const document = only(text);
        expect(document.error).toBeNull();
        expect(toJson(document.value)).toBe(toJson({ spec: expected }));
      }),
      { numRuns: 400 },
    );
  });

  it("keep the digits of long integers", () => {
    expect(only("id: 9007199254740993\n").value).toEqual({ id: 9007199254740993n });
  });

  it("keep keys that JavaScript gives a meaning", () => {
    const { value: read } = only(
      "__proto__: {a: 1}\nconstructor: x\nbase: &b {__proto__: 2}\nall: {<<: *b}\n",
    );
    expect(toJson(read)).toBe(
      '{"__proto__":{"a":1},"constructor":"x","base":{"__proto__":2},"all":{"__proto__":2}}',
    );
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it("are the same whatever ends a line", () => {
    const text =
      "# c\na: 1\nb:\n  - 'x\n    y'\n  - |\n    l\n\nc: &c {d: 2}\n---\ne: *f\n---\ng: >-\n  h\n  i\n";
    const summary = (given: string) =>
      read(given).map(({ file, value: found, error, places, span }) => ({
        found,
        at: positionAt(file, span.start),
        error: error && { message: error.message, at: positionAt(file, error.at.start) },
        places: Array.from(places.paths(), (path) => {
          const spans = [places.value(path), places.key(path)];
          return [
            path,
            ...spans.flatMap((one) => [positionAt(file, one?.start ?? -1), positionAt(file, one?.end ?? -1)]),
          ];
        }),
      }));
    expect(summary(text.replaceAll("\n", "\r\n"))).toEqual(summary(text));
    const [first] = read("\uFEFFa: 1\n");
    expect(first?.value).toEqual({ a: 1 });
  });
});

describe("streams", () => {
  it("count empty documents, and say where each begins", () => {
    const text = "---\n# none\n---\na: 1\n---\n---\n---\nb: 2";
    const found = read(text).map(({ index, value: read, span }) => [
      index,
      read,
      text.slice(span.start, span.end),
    ]);
    expect(found).toEqual([
      [0, null, "---\n# none\n"],
      [1, { a: 1 }, "a: 1\n"],
      [2, null, "---\n"],
      [3, { b: 2 }, "b: 2"],
    ]);
  });

  it("may be objects of JSON without separators", () => {
    const text = '{"a": "}"}\n{"b": "\\"{"}\n  {"c": 3}\n';
    expect(read(text).map((document) => document.value)).toEqual([{ a: "}" }, { b: '"{' }, { c: 3 }]);
    expect(read('{"a": 1}{"b": \n').map((document) => document.error === null)).toEqual([true, false]);
    expect(read('{"a": 1}{"b": "\n').map((document) => document.error === null)).toEqual([true, false]);
  });

  it("go on behind a broken document", () => {
    const documents = read("a: [1\n---\nb: 2\n--- x\nc: 3\n---\nd: 4\n");
    expect(documents.map((document) => document.error?.message ?? document.value)).toEqual([
      "a quote or bracket before this line is not closed",
      { b: 2 },
      "invalid document separator: x",
      { d: 4 },
    ]);
  });
});

describe("errors", () => {
  const errorOf = (text: string) => {
    const { error, file } = only(text);
    return error && [error.message, file.text.slice(error.at.start, error.at.end)];
  };

  it.each([
    ["a: @x\n", "a plain value cannot start with @: quote it", "@"],
    ["a: `x\n", "a plain value cannot start with `: quote it", "`"],
    ["a: b: c\n", "mapping values are not allowed here: quote a value that contains a colon", ":"],
    ["a: *b\n", "unknown anchor 'b' referenced", "*b"],
    ["a: !!int x\n", "the value does not fit its tag !!int", "x"],
    ["a: !!int\n", "the value does not fit its tag !!int", "!!int"],
    ["~: x\n", "unsupported map key: ~", "~"],
    ["? [a]\n: x\n", "invalid map key: only a scalar can be a key", "["],
    ["b: &b [a]\n*b : x\n", "invalid map key: only a scalar can be a key", "*b"],
    ["a: -.Inf\n", "unsupported value: -Inf", "-.Inf"],
    ["a: .nan\n", "unsupported value: NaN", ".nan"],
    ["%YAML 1.1\n", "kubectl does not read documents with a % directive", "%YAML 1.1"],
    ["%YAML 1.1\r---\ra: 1\r", "kubectl does not read documents with a % directive", "%YAML 1.1"],
    ["a:\n  <<: x\n", "map merge requires map or sequence of maps as the value", "x"],
    ["a:\n  <<:\n", "map merge requires map or sequence of maps as the value", ""],
    ["a:\n  <<: [[x]]\n", "map merge requires map or sequence of maps as the value", "["],
    ['a: "\\/"\n', "found unknown escape character", "\\/"],
    ["a: {b: c?d}\n", "a ? in brackets needs quotes: kubectl ends the value there", "?"],
  ])("%j", (text, message, at) => expect(errorOf(text)).toEqual([message, at]));

  it("end quickly for documents that multiply", () => {
    const letters = [..."abcdefghijklmnop"];
    const bomb = letters.map((name, index) => {
      const before = letters[index - 1];
      return `${name}: &${name} [${Array(9)
        .fill(before === undefined ? "x" : `*${before}`)
        .join(", ")}]`;
    });
    expect(errorOf(bomb.join("\n"))?.[0]).toBe("document contains excessive aliasing");
  });

  it("allow many aliases beside much text", () => {
    const items = (count: number) => `[${Array(count).fill("x").join(",")}]`;
    const some = `a: &a ${items(500)}\nb: ${items(410_000)}\nc: [${Array(500).fill("*a").join(",")}]\n`;
    expect(errorOf(some)).toBeNull();
    const more = `a: &a ${items(40_000)}\nb: ${items(300_000)}\nc: [${Array(110).fill("*a").join(",")}]\n`;
    expect(errorOf(more)?.[0]).toBe("document contains excessive aliasing");
  });

  it.each(["[", "- ", "{a: ", "? ", "[{"])("are no stack overflow: %j", (piece) => {
    expect(errorOf(piece.repeat(100_000))?.[0]).toBe("nested more than 500 levels deep");
  });

  it("do not come from 400 levels", () => {
    expect(errorOf("[".repeat(400) + "]".repeat(400))).toBeNull();
  });

  it("are never thrown, whatever the text", () => {
    const pieces = [
      "a",
      ": ",
      "- ",
      "\n",
      "\n  ",
      "---",
      "...",
      "{",
      "}",
      "[",
      "]",
      ",",
      "'",
      '"',
      "# ",
      "&x ",
      "*x",
    ];
    pieces.push(
      "<<: ",
      "!t ",
      "|",
      ">-",
      "yes",
      "0x1",
      "\t",
      "\r\n",
      "\r",
      "? ",
      "!!int ",
      "\\",
      "~",
      ".inf",
      "%Y 1",
    );
    const piece = fc.constantFrom(...pieces, "\uFEFF", "\u0085", "@");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (parts) => {
        const text = parts.join("");
        for (const document of parseDocuments({ path: "a", text })) {
          expect(document.error === null).toBe(document.value !== undefined);
          for (const path of document.places.paths()) {
            const span = document.places.value(path);
            expect(span && span.start <= span.end && span.end <= text.length).toBe(true);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("notices", () => {
  const noticesOf = (text: string) => {
    const { notices, file } = only(text);
    return notices.map((notice) => ({ ...notice, at: file.text.slice(notice.at.start, notice.at.end) }));
  };

  it("name a key that stands twice, and where it stood first", () => {
    const text = "# c\nspec:\n  a: {b: 1}\n  \"c\": 2\n  'a': 3\n  c: 4\n  a: 5\n";
    const { notices, file } = only(text);
    expect(
      notices.map((notice) =>
        notice.kind === "duplicate-key"
          ? [
              notice.path.join("."),
              positionAt(file, notice.at.start).line,
              positionAt(file, notice.first.start).line,
            ]
          : notice.kind,
      ),
    ).toEqual([
      ["spec.a", 5, 3],
      ["spec.c", 6, 4],
      ["spec.a", 7, 3],
    ]);
  });

  it("say nothing of keys that override merged ones", () => {
    expect(noticesOf("x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n")).toEqual([]);
    expect(noticesOf("x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n  a: 3\n")).toMatchObject([{ key: "a", at: "a" }]);
    expect(noticesOf("m: &m a\nz:\n  b: 1\n  *m : 2\n  a: 3\n  *m : 4\n")).toMatchObject([
      { kind: "duplicate-key", path: ["z", "a"], at: "*m" },
    ]);
  });

  it("name content that is dropped", () => {
    expect(noticesOf("a: 1\n... # end\n\n# c\n  b: 2\nc: 3\n\n")).toEqual([
      { kind: "dropped-content", at: "b: 2\nc: 3" },
    ]);
    expect(noticesOf("a: 1\n...\n# only a comment\n")).toEqual([]);
    expect(noticesOf("  a: 1\nb: 2\n")).toEqual([{ kind: "dropped-content", at: "b: 2" }]);
    expect(noticesOf("a: 1\r---\rb: 2\r")).toMatchObject([{ kind: "dropped-content" }]);
    expect(noticesOf("a: [1]\r---\rb: 2\r")).toMatchObject([{ kind: "dropped-content" }]);
    expect(noticesOf("# ...\na: x...\n")).toEqual([]);
  });

  it("name words and octal numbers that only YAML 1.1 reads so", () => {
    const text =
      "a: yes\nmode: 0644\ndefaultMode: 0400\nid: 0755\nn: 1\nlist: [off, 007, 0o17, 'no', true]\nNo: x\n";
    const found = noticesOf(text).map((notice) =>
      notice.kind === "yaml11-surprise" ? [notice.path, notice.written, notice.read, notice.at] : notice.kind,
    );
    expect(found).toEqual([
      [["a"], "yes", true, "yes"],
      [["id"], "0755", 493, "0755"],
      [["false"], "n", false, "n"],
      [["list", 0], "off", false, "off"],
      "duplicate-key",
      [["false"], "No", false, "No"],
    ]);
  });
});
