import { describe, expect, it } from "vitest";
import {
  appendItem,
  applyEdits,
  conflict,
  quoteScalar,
  removeItem,
  removeKey,
  renameKey,
  replaceScalar,
  replaceScalars,
  setValue,
  setValues,
} from "../../src/fix/edits.ts";
import type { Path, Value } from "../../src/model/value.ts";
import { edited, read, resource, resourceOf } from "./shared.ts";

const set = (text: string, path: Path, value: Value) => edited(text, setValue(resource(text), path, value));
const append = (text: string, path: Path, value: Value) =>
  edited(text, appendItem(resource(text), path, value));
const remove = (text: string, path: Path) =>
  edited(
    text,
    typeof path.at(-1) === "string" ? removeKey(resource(text), path) : removeItem(resource(text), path),
  );
const rename = (text: string, path: Path, key: string) => edited(text, renameKey(resource(text), path, key));
const quote = (text: string, path: Path) => edited(text, quoteScalar(resource(text), path));

describe("setValue replaces a scalar", () => {
  it.each([
    ["keeps the comment behind it", "a: b # why\n", "a: c # why\n"],
    ["keeps single quotes", "a: 'b'\n", "a: 'c'\n"],
    ["keeps double quotes", 'a: "b"\n', 'a: "c"\n'],
    ["without a last line break", "a: b", "a: c"],
    ["with CRLF", "a: b\r\nd: e\r\n", "a: c\r\nd: e\r\n"],
    ["on a line of its own", "a:\n  # why\n  b\nd: e\n", "a:\n  # why\n  c\nd: e\n"],
    ["over several lines", "a: b\n  b\n  b # why\nd: e\n", "a: c # why\nd: e\n"],
    ["in brackets", "{a: b, d: e}\n", "{a: c, d: e}\n"],
    ["a literal block", "a: | # why\n  b\n  # b\n\nd: e\n", "a: c # why\n\nd: e\n"],
    ["a block at the end of the text", "a: >-\n  b\n  b", "a: c"],
    ["nothing", "a:\nd: e\n", "a: c\nd: e\n"],
    ["nothing before a comment", "a: # why\nd: e\n", "a: c # why\nd: e\n"],
    ["null", "a: ~ # why\n", "a: c # why\n"],
    ["nothing in brackets", "{a: , d: e}\n", "{a: c , d: e}\n"],
    ["an empty mapping", "a: {} # why\n", "a: c # why\n"],
    ["behind a quoted key", '"a" : b\n', '"a" : c\n'],
  ])("%s", (_name, before, after) => {
    expect(set(before, ["a"], "c")).toBe(after);
  });

  it.each<[Value, string]>([
    [true, "a: true"],
    [12, "a: 12"],
    [12n, "a: 12"],
    ["true", 'a: "true"'],
    ["yes", 'a: "yes"'],
    ["Off", 'a: "Off"'],
    ["null", 'a: "null"'],
    ["1.30", 'a: "1.30"'],
    ["0x1F", 'a: "0x1F"'],
    ["0644", 'a: "0644"'],
    ["1e3", 'a: "1e3"'],
    ["12:30:45", 'a: "12:30:45"'],
    ["2027-03-01", 'a: "2027-03-01"'],
    ["~", 'a: "~"'],
    ["<<", 'a: "<<"'],
    ["", 'a: ""'],
    [" x", 'a: " x"'],
    ["*.example.com", 'a: "*.example.com"'],
    ["a: b", 'a: "a: b"'],
    ["a #b", 'a: "a #b"'],
    ["a,b", 'a: "a,b"'],
    ['say "x"', 'a: say "x"'],
    ["two\nlines", 'a: "two\\nlines"'],
    ["\u0085\u2028", 'a: "\\u0085\\u2028"'],
    ["100m", "a: 100m"],
    ["a.b/c:d", "a: a.b/c:d"],
    ["it's", "a: it's"],
    [{}, "a: {}"],
    [[], "a: []"],
  ])("by %s", (value, written) => {
    expect(set("a: b", ["a"], value)).toBe(written);
  });

  it("escapes what single quotes cannot hold", () => {
    expect(set("a: 'b'\n", ["a"], "it's")).toBe("a: 'it''s'\n");
    expect(set("a: 'b'\n", ["a"], "two\nlines")).toBe('a: "two\\nlines"\n');
    expect(set("a: 'false'\n", ["a"], true)).toBe("a: true\n");
  });

  it("has nothing to do where the value is there", () => {
    expect(setValue(resource("a: [x]\n"), ["a"], ["x"])).toEqual([]);
  });

  it("leaves a collection with entries alone", () => {
    expect(set("a: {b: c}\n", ["a"], "d")).toBeNull();
    expect(set("a:\n  b: c\n", ["a"], { d: "e" })).toBeNull();
  });

  it("keeps JSON JSON", () => {
    const text = '{\n  "a": {"b": "c"}\n}\n';
    expect(set(text, ["a", "b"], "d")).toBe('{\n  "a": {"b": "d"}\n}\n');
    expect(set(text, ["a", "b"], ["x"])).toBe('{\n  "a": {"b": ["x"]}\n}\n');
    expect(set(text, ["a", "e"], { f: true })).toBe('{\n  "a": {"b": "c", "e": {"f": true}}\n}\n');
    expect(set(text, ["e"], "f")).toBe('{\n  "a": {"b": "c"},\n  "e": "f"\n}\n');
    expect(edited("{}", setValue(resource("{}", "a.json"), ["a"], "b"))).toBe('{"a": "b"}');
  });
});

describe("setValue adds a key", () => {
  it.each<[string, string, Path, string]>([
    ["at the end of a mapping", "m:\n  a: b # why\nn: o\n", ["m", "x"], "m:\n  a: b # why\n  x: w\nn: o\n"],
    ["at the end of the text", "m:\n  a: b", ["m", "x"], "m:\n  a: b\n  x: w"],
    ["with CRLF", "m:\r\n  a: b\r\n", ["m", "x"], "m:\r\n  a: b\r\n  x: w\r\n"],
    ["with missing parents", "m:\n  a: b\n", ["m", "p", "o", "x"], "m:\n  a: b\n  p:\n    o:\n      x: w\n"],
    ["with the indentation of the text", "m:\n    a: b\n", ["p", "x"], "m:\n    a: b\np:\n    x: w\n"],
    ["behind a list in its key's column", "m:\n  l:\n  - a\n", ["m", "x"], "m:\n  l:\n  - a\n  x: w\n"],
    [
      "behind a literal block",
      "m:\n  a: |\n    b\n\nn: o\n",
      ["m", "x"],
      "m:\n  a: |\n    b\n  x: w\n\nn: o\n",
    ],
    [
      "behind blank lines that a literal block keeps",
      "m:\n  a: |+\n    b\n\nn: o\n",
      ["m", "x"],
      "m:\n  a: |+\n    b\n\n  x: w\nn: o\n",
    ],
    [
      "behind a merge key",
      "b: &b {c: d}\nm:\n  a: b\n  <<: *b\n",
      ["m", "x"],
      "b: &b {c: d}\nm:\n  a: b\n  <<: *b\n  x: w\n",
    ],
    ["in an item of a list", "l:\n  - a: b\n  - a: c\n", ["l", 0, "x"], "l:\n  - a: b\n    x: w\n  - a: c\n"],
    ["in nothing", "m: # why\nn: o\n", ["m", "x"], "m: # why\n  x: w\nn: o\n"],
    ["in null", "m: null # why\nn: o\n", ["m", "x"], "m: # why\n  x: w\nn: o\n"],
    ["in an empty mapping", "m: {}\nn: o\n", ["m", "x"], "m:\n  x: w\nn: o\n"],
    ["in an empty mapping before a comment", "m: {} # why\n", ["m", "x"], "m: # why\n  x: w\n"],
    ["in an empty item", "l:\n  -\n  - {}\n", ["l", 0, "x"], "l:\n  - x: w\n  - {}\n"],
    ["in an item without entries", "l:\n  - {} # why\n", ["l", 0, "x"], "l:\n  - # why\n    x: w\n"],
    ["in an empty document", "{}\n", ["x"], "x: w\n"],
    ["in brackets", "m: {a: b} # why\n", ["m", "x"], "m: {a: b, x: w} # why\n"],
    ["in spaced brackets", "m: { a: b }\n", ["m", "x"], "m: { a: b, x: w }\n"],
    ["in brackets with a last comma", "m: {a: b,}\n", ["m", "x"], "m: {a: b, x: w}\n"],
    ["in empty brackets in brackets", "m: {a: {}}\n", ["m", "a", "x"], "m: {a: {x: w}}\n"],
    ["in nothing in brackets", "m: {a: , b: c}\n", ["m", "a", "x"], "m: {a: {x: w} , b: c}\n"],
    ["in brackets over lines", "m: {\n  a: b # why\n}\n", ["m", "x"], "m: {\n  a: b, # why\n  x: w\n}\n"],
    [
      "in brackets over lines with a last comma",
      "m: {\n  a: b, # why\n}\n",
      ["m", "x"],
      "m: {\n  a: b, # why\n  x: w,\n}\n",
    ],
    [
      "in brackets before a comment",
      "m: {a: b # why\n  }\n",
      ["m", "x"],
      "m: {a: b, # why\n     x: w\n  }\n",
    ],
    ["in brackets that begin on a line", "m: {a: b,\n  c: d}\n", ["m", "x"], "m: {a: b,\n  c: d, x: w}\n"],
    ["beside quotes without need", "m:\n  a: 'b'\n", ["m", "x"], "m:\n  a: 'b'\n  x: 'w'\n"],
    ["beside quotes that are needed", "m:\n  a: 'true'\n", ["m", "x"], "m:\n  a: 'true'\n  x: w\n"],
    ["before the next document", "a: b\n# end\n---\nc: d\n", ["x"], "a: b\nx: w\n# end\n---\nc: d\n"],
    ["behind a separator", "---\na: b\n...\n", ["x"], "---\na: b\nx: w\n...\n"],
  ])("%s", (_name, before, path, after) => {
    expect(set(before, path, "w")).toBe(after);
  });

  it("writes collections in block style", () => {
    const value = { a: { "b.c/d": "true" }, l: ["x", { v: 1, z: [] }, ["q", ["r"]]], e: {} };
    expect(set("m:\n  a: b\n", ["m", "x"], value)).toBe(
      `m:
  a: b
  x:
    a:
      b.c/d: "true"
    l:
      - x
      - v: 1
        z: []
      - - q
        - - r
    e: {}
`,
    );
  });

  it("writes lists as the document does", () => {
    expect(set("l:\n- a\nm: n\n", ["x"], ["w"])).toBe("l:\n- a\nm: n\nx:\n- w\n");
    expect(set("l:\n    - a\nm: n\n", ["x"], [{ v: "z" }])).toBe("l:\n    - a\nm: n\nx:\n    - v: z\n");
  });

  it("makes the first item of a list that is missing, and the next of one that is there", () => {
    expect(set("m: n\n", ["l", 0, "x"], "w")).toBe("m: n\nl:\n  - x: w\n");
    expect(set("l: [a]\n", ["l", 1], "w")).toBe("l: [a, w]\n");
    expect(set("l: [a]\n", ["l", 2], "w")).toBeNull();
    expect(set("m: n\n", ["l", 1], "w")).toBeNull();
    expect(set("m: n\n", ["m", 0], "w")).toBeNull();
  });

  it("refuses a parent that is no mapping", () => {
    expect(set("m: n\n", ["m", "x"], "w")).toBeNull();
    expect(set("m: [n]\n", ["m", "x"], "w")).toBeNull();
  });

  it("does not add a line break to the value of a block at the end of the text", () => {
    expect(set("a: |\n  b", ["x"], "w")).toBeNull();
    expect(set("a: |-\n  b", ["x"], "w")).toBe("a: |-\n  b\nx: w");
  });

  it("takes the key __proto__ for data", () => {
    expect(set("a: b\n", ["__proto__", "x"], "w")).toBe("a: b\n__proto__:\n  x: w\n");
  });
});

describe("setValues", () => {
  it("makes a missing parent once", () => {
    const text = "metadata:\n  name: a\n";
    const edits = setValues(resource(text), [
      [["metadata", "labels", "a"], "b"],
      [["metadata", "name"], "c"],
      [["metadata", "labels", "c", "d"], "e"],
      [["metadata", "labels", "c", "f"], "g"],
    ]);
    expect(edited(text, edits)).toBe(
      "metadata:\n  name: c\n  labels:\n    a: b\n    c:\n      d: e\n      f: g\n",
    );
  });

  it("does all or nothing", () => {
    expect(
      setValues(resource("a: b\n"), [
        [["c"], "d"],
        [["a", "b"], "c"],
      ]),
    ).toBeNull();
    expect(
      setValues(resource("a: {b: c}\n"), [
        [["c"], "d"],
        [["a"], "c"],
      ]),
    ).toBeNull();
    expect(setValues(resource("a: [b]\n"), [[["a", 3], "d"]])).toBeNull();
  });
});

describe("appendItem", () => {
  it.each<[string, string, string]>([
    ["behind a comment", "l:\n  - a # why\nm: n\n", "l:\n  - a # why\n  - x\nm: n\n"],
    ["before comment lines", "l:\n  - a\n  # - b\n\nm: n\n", "l:\n  - a\n  - x\n  # - b\n\nm: n\n"],
    ["in the column of the key", "l:\n- a\n- b\nm: n\n", "l:\n- a\n- b\n- x\nm: n\n"],
    [
      "behind an item with keys",
      "l:\n  - a: b\n    c:\n      - d\n",
      "l:\n  - a: b\n    c:\n      - d\n  - x\n",
    ],
    ["in quotes where the others have them", 'l:\n  - "a"\n', 'l:\n  - "a"\n  - "x"\n'],
    ["to no list", "m: n\n", "m: n\nl:\n  - x\n"],
    ["to nothing", "l:\nm: n\n", "l:\n  - x\nm: n\n"],
    ["to an empty list", "l: [] # why\nm: n\n", "l: # why\n  - x\nm: n\n"],
    ["in brackets", "l: [a, b] # why\n", "l: [a, b, x] # why\n"],
    ["in brackets with quotes", 'l: ["a", "b"]\n', 'l: ["a", "b", "x"]\n'],
    [
      "in brackets over lines",
      "l: [\n    a,\n    b # why\n  ]\n",
      "l: [\n    a,\n    b, # why\n    x\n  ]\n",
    ],
    ["in brackets that end with the item", "l: [a,\n    b]\n", "l: [a,\n    b, x]\n"],
    ["with CRLF and no last line break", "m: n\r\nl:\r\n  - a", "m: n\r\nl:\r\n  - a\r\n  - x"],
    ["behind an alias", "a: &a b\nl:\n  - *a\n", "a: &a b\nl:\n  - *a\n  - x\n"],
  ])("%s", (_name, before, after) => {
    expect(append(before, ["l"], "x")).toBe(after);
  });

  it("adds mappings and nested lists", () => {
    expect(append("l:\n- a: b\n", ["l"], { c: { d: 1 }, e: "f" })).toBe(
      "l:\n- a: b\n- c:\n    d: 1\n  e: f\n",
    );
    expect(append("l:\n  - - a\n  - - b\n", ["l", 0], "x")).toBe("l:\n  - - a\n    - x\n  - - b\n");
    expect(append("l: [{a: b}]\n", ["l"], { c: "d" })).toBe("l: [{a: b}, {c: d}]\n");
  });

  it("refuses what is no list", () => {
    expect(append("l: a\n", ["l"], "x")).toBeNull();
    expect(append("l: {a: b}\n", ["l"], "x")).toBeNull();
  });
});

describe("removeKey", () => {
  it.each<[string, string, Path, string]>([
    ["with its comment", "a: b\nc: d # why\ne: f\n", ["c"], "a: b\ne: f\n"],
    ["keeps other comments", "# a\na: b\n# c\nc: d\n# e\ne: f\n", ["c"], "# a\na: b\n# c\n# e\ne: f\n"],
    ["with all below it", "a:\n  b: # x\n    - c\n  # d: e\nf: g\n", ["a"], "f: g\n"],
    ["a list in its own column", "m:\n  a:\n  - b\n  c: d\n", ["m", "a"], "m:\n  c: d\n"],
    ["at the end of the text", "a: b\nc: d", ["c"], "a: b\n"],
    ["with CRLF", "a: b\r\nc: d\r\ne: f\r\n", ["c"], "a: b\r\ne: f\r\n"],
    ["a literal block", "a: |\n  b\n\n  # c\nd: e\n", ["a"], "d: e\n"],
    ["a quoted scalar over lines", 'a: "b\n\n  # c"\nd: e\n', ["a"], "d: e\n"],
    ["the first of an item", "l:\n  - a: b # why\n    c: d\n", ["l", 0, "a"], "l:\n  - c: d\n"],
    [
      "before a comment of an item",
      "l:\n  - a: b\n    # c\n    c: d\n",
      ["l", 0, "a"],
      "l:\n  - # c\n    c: d\n",
    ],
    ["the only one", "m: # m\n  # a\n  a: b # why\nn: o\n", ["m", "a"], "m: {} # m\n  # a\nn: o\n"],
    ["the only one of an item", "l:\n  - a: b # why\n  - c\n", ["l", 0, "a"], "l:\n  - {}\n  - c\n"],
    ["the only one of a document", "a: b\n", ["a"], "{}\n"],
    ["without value", "a:\nb: c\n", ["a"], "b: c\n"],
    ["first in brackets", "{a: b, c: d}\n", ["a"], "{c: d}\n"],
    ["last in brackets", "{a: b, c: d}\n", ["c"], "{a: b}\n"],
    ["last in brackets before a comma", "{a: b, c: d, }\n", ["c"], "{a: b, }\n"],
    ["the only one in brackets", "m: { a: b }\n", ["m", "a"], "m: {}\n"],
    ["in brackets over lines", "{\n  a: b, # why\n  c: d # d\n}\n", ["a"], "{\n  c: d # d\n}\n"],
    ["last in brackets over lines", "{\n  a: b, # why\n  c: d # d\n}\n", ["c"], "{\n  a: b # why\n}\n"],
    ["with a comma in quotes", "{a: 'x, y', b: \"z\\\", \", c: it's}\n", ["b"], "{a: 'x, y', c: it's}\n"],
    ["an ampersand in text", "a: x &y\nb: z\nc: d\n", ["a"], "b: z\nc: d\n"],
    ["in JSON", '{"a":{"b":1},"c":[2]}\n', ["a"], '{"c":[2]}\n'],
  ])("%s", (_name, before, path, after) => {
    expect(remove(before, path)).toBe(after);
  });

  it("has nothing to do where the key is not there", () => {
    expect(removeKey(resource("a: b\n"), ["c"])).toEqual([]);
  });

  it.each<[string, string, Path]>([
    ["a key that a merge gives as well", "b: &b {a: c}\nm:\n  <<: *b\n  a: d\n", ["m", "a"]],
    ["a key of a merge", "b: &b {a: c}\nm:\n  <<: *b\n", ["m", "a"]],
    ["a key below an alias", "b: &b {a: c}\nm: *b\n", ["m", "a"]],
    ["a key below an anchor", "b: &b {a: c}\nm: *b\n", ["b", "a"]],
    ["an anchor", "b: &b {a: c}\nm: *b\n", ["b"]],
    ["an anchor below it", "b: {d: &b {a: c}}\nm: *b\n", ["b"]],
    ["a key that stands twice", "a: b\na: c\nd: e\n", ["a"]],
    ["a key above blank lines that a block before it would keep", "a: |+\n  x\nb: c\n\nd: e\n", ["b"]],
    ["the only entry between comments in brackets", "m: {\n  # a\n  a: b\n}\n", ["m", "a"]],
    ["a list's item", "l: [a]\n", []],
  ])("does not touch %s", (_name, text, path) => {
    expect(removeKey(resource(text), path)).toBeNull();
  });
});

describe("removeItem", () => {
  it.each<[string, string, Path, string]>([
    ["with its comment", "l:\n  - a # why\n  - b # b\n", ["l", 0], "l:\n  - b # b\n"],
    ["with its keys", "l:\n- a: b\n  c: d\n  # e\n- f\n", ["l", 0], "l:\n- f\n"],
    ["the only one", "m:\n  l: # l\n  - a\n  n: o\n", ["m", "l", 0], "m:\n  l: [] # l\n  n: o\n"],
    ["in a nested list", "l:\n  - - a\n    - b\n", ["l", 0, 0], "l:\n  - - b\n"],
    ["the only one of a nested list", "l:\n  - - a\n  - b\n", ["l", 0, 0], "l:\n  - []\n  - b\n"],
    ["an empty one", "l:\n  - a\n  -\n  - b\n", ["l", 1], "l:\n  - a\n  - b\n"],
    ["in brackets", "l: [a, b, c]\n", ["l", 1], "l: [a, c]\n"],
    ["last in brackets over lines", "l: [\n  a,\n  b\n]\n", ["l", 1], "l: [\n  a\n]\n"],
  ])("%s", (_name, before, path, after) => {
    expect(remove(before, path)).toBe(after);
  });

  it("wants an index", () => {
    expect(removeItem(resource("l: [a]\n"), ["l"])).toBeNull();
    expect(removeKey(resource("l: [a]\n"), ["l", 0])).toBeNull();
  });
});

describe("renameKey", () => {
  it.each<[string, string, Path, string, string]>([
    ["a plain key", "m:\n  a: b # why\n", ["m", "a"], "c", "m:\n  c: b # why\n"],
    ["a quoted key", "'a': b\n", ["a"], "c", "'c': b\n"],
    ["a key in JSON", '{"a": 1}\n', ["a"], "c", '{"c": 1}\n'],
    ["to one that needs quotes", "a: b\n", ["a"], "on", '"on": b\n'],
    ["with a value below", "a:\n  b: c\n", ["a"], "d", "d:\n  b: c\n"],
  ])("%s", (_name, before, path, key, after) => {
    expect(rename(before, path, key)).toBe(after);
  });

  it("does not make a key stand twice", () => {
    expect(rename("a: b\nc: d\n", ["a"], "c")).toBeNull();
    expect(rename("a: b\n", ["a"], "a")).toBe("a: b\n");
    expect(rename("a: b\n", ["x"], "w")).toBeNull();
    expect(rename("l: [a]\n", ["l", 0], "w")).toBeNull();
    expect(rename("b: &b {a: c}\nm:\n  <<: *b\n  a: d\n", ["m", "a"], "w")).toBeNull();
  });
});

describe("quoteScalar", () => {
  it.each<[string, string]>([
    ["a: true # why\n", 'a: "true" # why\n'],
    ["a: 1.30\n", 'a: "1.30"\n'],
    ["a: yes\n", 'a: "yes"\n'],
    ["a: [1]\n", ""],
    ['a: "true"\n', ""],
    ["a:\n", ""],
    ["a: b\n  c\n", ""],
  ])("%j", (before, after) => {
    expect(quote(before, ["a"])).toBe(after === "" ? null : after);
  });

  it("in brackets", () => {
    expect(quote("{a: true}\n", ["a"])).toBe('{a: "true"}\n');
    expect(quote("a: [1]\n", ["a", 0])).toBe('a: ["1"]\n');
  });
});

describe("replaceScalar", () => {
  it("replaces scalars only", () => {
    const replace = (text: string, path: Path) => edited(text, replaceScalar(resource(text), path, "x"));
    expect(replace("a: b\n", ["a"])).toBe("a: x\n");
    expect(replace("a:\n", ["a"])).toBe("a: x\n");
    expect(replace("a: {}\n", ["a"])).toBeNull();
    expect(replace("a: []\n", ["a"])).toBeNull();
    expect(replace("a: b\n", ["c"])).toBeNull();
  });

  it("replaces several at once, or none", () => {
    const text = "a: b\nc: d\n";
    const all = (...keys: readonly string[]) => {
      const of = resource(text);
      return edited(text, replaceScalars(keys.map((key) => ({ resource: of, path: [key], value: "x" }))));
    };
    expect(all("a", "c")).toBe("a: x\nc: x\n");
    expect(all("a", "e")).toBeNull();
    expect(all("a", "a")).toBeNull();
  });
});

describe("what is shared", () => {
  const text = "a: &a {x: y}\nb: *a\nc:\n  <<: *a\n  z: &z w\nd: !!str e\nf: &f\n  g: h\ni: *z\n";
  it.each<[string, Path]>([
    ["an alias", ["b"]],
    ["below an alias", ["b", "x"]],
    ["below an anchor", ["a", "x"]],
    ["new below an anchor", ["f", "new"]],
    ["merged", ["c", "x"]],
    ["anchored", ["c", "z"]],
    ["tagged", ["d"]],
  ])("is not edited: %s", (_name, path) => {
    expect(setValue(resource(text), path, "new")).toBeNull();
  });

  it("is not edited when it is a derived resource", () => {
    const parent = resource("a: b\n");
    const derived = { ...parent, origin: { from: "derived", parent, path: ["a"], by: "x" } } as const;
    expect(setValue(derived, ["a"], "c")).toBeNull();
  });

  it("is not edited in a document that cannot be read", () => {
    expect(setValue(resource("a: [\n"), ["a"], "c")).toBeNull();
    expect(renameKey(resource("? a\n: b\n"), ["a"], "c")).toBeNull();
  });
});

describe("places in a file", () => {
  it("edits the right document", () => {
    const text = "a: b\n---\na: b # 2\n---\na: b\n";
    const document = read(text)[1];
    if (!document) throw new Error("no document");
    expect(edited(text, setValue(resourceOf(document), ["a"], "c"))).toBe("a: b\n---\na: c # 2\n---\na: b\n");
    expect(edited(text, setValue(resourceOf(document), ["x"], "c"))).toBe(
      "a: b\n---\na: b # 2\nx: c\n---\na: b\n",
    );
  });

  it("edits an item of a List", () => {
    const text = "kind: List\nitems:\n- a: b\n- a: b\n  c: d\n";
    const [document] = read(text);
    if (!document) throw new Error("no document");
    const item = resourceOf(document, ["items", 1]);
    expect(edited(text, setValue(item, ["e", "f"], "g"))).toBe(
      "kind: List\nitems:\n- a: b\n- a: b\n  c: d\n  e:\n    f: g\n",
    );
    expect(edited(text, removeKey(item, ["a"]))).toBe("kind: List\nitems:\n- a: b\n- c: d\n");
  });
});

describe("applyEdits", () => {
  it("sorts, and keeps the order of insertions at one place", () => {
    const edits = [
      { start: 3, end: 4, text: "X" },
      { start: 1, end: 1, text: "1" },
      { start: 1, end: 1, text: "2" },
    ];
    expect(applyEdits("abcd", edits)).toBe("a12bcX");
  });

  it("refuses edits that do not fit", () => {
    const overlap = [
      { start: 0, end: 2, text: "" },
      { start: 1, end: 3, text: "" },
    ];
    expect(() => applyEdits("abcd", overlap)).toThrow(RangeError);
    expect(() => applyEdits("abcd", [{ start: 3, end: 5, text: "" }])).toThrow(RangeError);
    expect(() => applyEdits("abcd", [{ start: 3, end: 2, text: "" }])).toThrow(RangeError);
  });

  it("tells fixes that touch the same text", () => {
    const file = { path: "a.yaml", text: "abcdef" };
    const edit = (start: number, end: number, of = file) => [{ file: of, start, end, text: "" }];
    expect(conflict(edit(0, 2), edit(1, 3))).toBe(true);
    expect(conflict(edit(1, 1), edit(1, 1))).toBe(true);
    expect(conflict(edit(0, 3), edit(2, 2))).toBe(true);
    expect(conflict(edit(0, 2), edit(2, 3))).toBe(false);
    expect(conflict(edit(0, 2), edit(0, 2, { path: "b.yaml", text: "" }))).toBe(false);
  });
});
