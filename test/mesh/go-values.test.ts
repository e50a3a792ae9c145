import { describe, expect, test } from "vitest";
import { parseBool, parseDuration } from "../../src/mesh/go-values.ts";

describe("a boolean as Go reads it", () => {
  test.each([
    ["true", true],
    ["T", true],
    ["1", true],
    ["False", false],
    ["0", false],
    ["yes", null],
    [" true", null],
    ["", null],
    ["tRUE", null],
  ])("%j is %s", (text, value) => {
    expect(parseBool(text)).toBe(value);
  });
});

describe("a duration as Go reads it", () => {
  test.each([
    ["35s", 35_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["-2s", -2000],
    ["+2s", 2000],
    ["0", 0],
    ["250ms", 250],
    ["3µs", 0.003],
    ["7ns", 0.000_007],
  ])("%s is %d ms", (text, value) => {
    expect(parseDuration(text)).toBeCloseTo(value, 9);
  });
  test.each(["35", "", "-", "s", "35 s", "35S", "1d", "s35", "1.2.3s"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
