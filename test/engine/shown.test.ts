import { expect, test } from "vitest";
import { isBelow } from "../../src/engine/shown.ts";

test.each([
  ["a.yaml", ".", true],
  ["deploy/a.yaml", ".", true],
  ["../a.yaml", ".", false],
  ["..a.yaml", ".", true],
  ["../a.yaml", "..", true],
  ["a.yaml", "..", true],
  ["../../a.yaml", "..", false],
  ["../../a/b.yaml", "../..", true],
  ["../b/a.yaml", "../b", true],
  ["../bc/a.yaml", "../b", false],
  ["deploy/a.yaml", "deploy", true],
  ["deployment/a.yaml", "deploy", false],
  ["a.yaml", "a.yaml", true],
  ["a.yaml", "b.yaml", false],
])("%s is below %s: %s", (file, path, expected) => {
  expect(isBelow(file, [path])).toBe(expected);
});
