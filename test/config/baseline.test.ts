import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { baselineJsonSchema, readBaseline } from "../../src/config/baseline.ts";
import { UsageError } from "../../src/model/errors.ts";
import { baselineText } from "../../src/report/baseline.ts";

const read = (text: string, path = "known.json") => readBaseline({ path, text });
const full = {
  file: "a.yaml",
  rule: "mesh/a",
  resource: "Service/shop/web",
  path: "spec.type",
  count: 2,
  reason: "old shop",
  until: "2027-03-01",
};

describe("a baseline", () => {
  it("is read as it is written", () => {
    const plain = { ...full, resource: null, path: "", count: 1, reason: null, until: null };
    const text = baselineText([full, plain], "./schema.json");
    const { path, schema, entries } = read(text);
    expect({ path, schema }).toEqual({ path: "known.json", schema: "./schema.json" });
    expect(entries.map(({ at: _at, ...entry }) => entry)).toEqual([full, plain]);
    const [first] = entries;
    expect(text.slice(first?.at.start, first?.at.end)).toBe('"mesh/a"');
  });

  it("fits the schema that is shipped", () => {
    const validate = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile(baselineJsonSchema());
    expect(validate(JSON.parse(baselineText([full], null)))).toBe(true);
    for (const wrong of [
      {},
      { version: 1, findings: [{ rule: "mesh/a" }] },
      { version: 1, findings: [], x: 1 },
    ])
      expect(validate(wrong)).toBe(false);
  });

  it("may be YAML, with comments", () => {
    const text = "version: 1\nfindings:\n  # agreed\n  - { file: a.yaml, rule: mesh/a, until: 2027-03-01 }\n";
    expect(read(text, "known.yaml").entries[0]?.until).toBe("2027-03-01");
    expect(read("version: 1\nfindings:\n").entries).toEqual([]);
  });

  it("has paths from its own folder", () => {
    const text = baselineText([full, { ...full, file: "../b.yaml" }], null);
    const files = (path: string) => read(text, path).entries.map(({ file }) => file);
    expect(files("known.json")).toEqual(["a.yaml", "../b.yaml"]);
    expect(files("ci/known.json")).toEqual(["ci/a.yaml", "b.yaml"]);
  });

  it.each([
    ["", "known.json: the baseline is empty"],
    ["# nothing\n", "known.json: the baseline is empty"],
    ["{", /^known\.json:1:\d+: /],
    ["[]", "known.json:1:1: the baseline has to be a mapping, not a list"],
    ["version: 1\n", "known.json:1:1: the baseline has no findings"],
    ["findings: []\nversion: 2\n", "version has to be 1, the version that this meshlint reads, not"],
    ["version: 1\nfindings: {}\n", "known.json:2:11: findings has to be a list, not a mapping"],
    ["version: 1\nfindings: [x]\n", "findings[0] has to be a mapping"],
    ["version: 1\nfindings: [{ rule: mesh/a }]\n", "findings[0] has no file"],
    [
      "version: 1\nfindings: [{ rule: mesh/a, file: a, reson: x }]\n",
      'unknown key "reson"; did you mean "reason"?',
    ],
    ["version: 1\nfindings: [{ rule: mesh/a, file: a, until: soon }]\n", "a date such as 2027-03-01"],
    ["version: 1\nfindings: [{ rule: mesh/a, file: a, count: 0 }]\n", "a number from 1 on"],
    ["version: 1\nfindings: []\n---\nversion: 1\n", "known.json:4:1: a baseline is a single document"],
  ])("%j is refused in one line", (text, message) => {
    expect(() => read(text)).toThrow(UsageError);
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(/^[^\n]*; the baseline is not used$/);
  });

  it("names the first mistake and counts the others", () => {
    expect(() => read("version: 1\nfindings: [{}]\n")).toThrow(
      "findings[0] has no file (and 1 more); the baseline is not used",
    );
  });
});
