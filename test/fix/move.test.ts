import { expect, test } from "vitest";
import { applyEdits } from "../../src/fix/edits.ts";
import { moveKey } from "../../src/fix/move.ts";
import { graphOf, only } from "../support/graph.ts";

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n";

function moved(body: string, from: readonly string[], to: readonly string[], value: string): string | null {
  const text = head + body;
  const edits = moveKey(only(graphOf(text), "ConfigMap", "m"), from, to, value);
  return edits && applyEdits(text, edits).slice(head.length);
}

test.each([
  ["right behind the old place", "a:\n  b: 1\n  c: 2\n", ["a", "c"], ["d"], "a:\n  b: 1\nd: x\n"],
  ["without a line break at the end", "a:\n  b: 1\n  c: 2", ["a", "c"], ["d"], "a:\n  b: 1\nd: x"],
  ["with other line breaks", "a:\r\n  b: 1\r\n  c: 2\r\n", ["a", "c"], ["d"], "a:\r\n  b: 1\r\nd: x\r\n"],
  ["further down", "a:\n  c: 2\n  b: 1\ne: 3\n", ["a", "c"], ["d"], "a:\n  b: 1\ne: 3\nd: x\n"],
  ["in the same mapping", "a:\n  c:\n    b: 1\n", ["a", "c"], ["a", "d"], "a:\n  d: x\n"],
  ["where the old mapping is left empty", "a:\n  c: 2\n", ["a", "c"], ["d"], null],
  ["to a place that is taken", "a:\n  b: 1\n  c: 2\nd: {e: 1}\n", ["a", "c"], ["d"], null],
  ["of an alias", "a: &x\n  b: 1\nc: *x\n", ["c", "b"], ["d"], null],
])("moves a key %s", (_name, body, from, to, wanted) => {
  expect(moved(body, from, to, "x")).toBe(wanted);
});
