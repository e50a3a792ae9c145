import { describe, expect, it } from "vitest";
import { inOrder, mergeAcrossSets } from "../../src/engine/merge.ts";
import { isBelow } from "../../src/engine/shown.ts";
import type { Finding, Fix } from "../../src/model/finding.ts";

const file = { path: "b.yaml", text: "one\ntwo\nthree\n" };
const finding = (more: Partial<Finding> = {}): Finding => ({
  rule: "test/a",
  severity: "error",
  message: "wrong",
  sets: ["dev"],
  at: { file, start: 4, end: 7 },
  path: "spec",
  resource: null,
  related: [],
  documentation: [],
  fix: null,
  suppressed: null,
  ...more,
});
const fix = (text: string): Fix => ({
  title: "do",
  safety: "safe",
  edits: [{ file, start: 4, end: 7, text }],
});

describe("mergeAcrossSets", () => {
  it("makes one finding of the same place, rule and message, and names the sets", () => {
    const merged = mergeAcrossSets([finding({ sets: ["prod"] }), finding(), finding({ message: "other" })]);
    expect(merged.map(({ message, sets }) => [message, sets])).toEqual([
      ["wrong", ["dev", "prod"]],
      ["other", ["dev"]],
    ]);
  });
  it.each([
    ["the same", fix("x"), fix("x"), true],
    ["another text", fix("x"), fix("y"), false],
    ["another safety", fix("x"), { ...fix("x"), safety: "review" as const }, false],
    ["another title", fix("x"), { ...fix("x"), title: "no" }, false],
    ["none in one set", fix("x"), null, false],
    ["none in either", null, null, false],
  ])("keeps a fix that all sets offer: %s", (_name, first, second, kept) => {
    const [merged] = mergeAcrossSets([finding({ fix: first }), finding({ fix: second, sets: ["prod"] })]);
    expect(merged?.fix !== null).toBe(kept);
  });
});

describe("inOrder", () => {
  it("sorts by file, line, column, rule, message", () => {
    const all = [
      finding({ message: "z" }),
      finding({ message: "a" }),
      finding({ rule: "test/0" }),
      finding({ at: { file, start: 5, end: 6 }, message: "column" }),
      finding({ at: { file, start: 0, end: 1 }, message: "line" }),
      finding({ at: { file: { path: "a.yaml", text: "" }, start: 0, end: 0 }, message: "file" }),
    ];
    const order = ["file", "line", "wrong", "a", "z", "column"];
    expect(inOrder(all).map(({ message }) => message)).toEqual(order);
    expect(inOrder(all.toReversed()).map(({ message }) => message)).toEqual(order);
  });
});

describe("isBelow", () => {
  it.each([
    ["a/b.yaml", ["."], true],
    ["a/b.yaml", ["a"], true],
    ["a/b.yaml", ["a/b.yaml"], true],
    ["ab/c.yaml", ["a"], false],
    ["a/b.yaml", [], false],
  ])("%s in %j: %s", (path, folders, expected) => {
    expect(isBelow(path, folders)).toBe(expected);
  });
});
