import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/load/parse.ts";
import type { Value } from "../../src/model/value.ts";
import { repository, shared } from "../shared.ts";

interface Case {
  readonly name?: string;
  readonly case?: string;
  readonly input: string;
  readonly documents?: readonly unknown[] | null;
  readonly error?: string | null;
}

function readCases(path: string): readonly Case[] {
  // Long integers lose digits in JSON.parse: they are compared as text.
  const text = readFileSync(path, "utf8").replace(
    /^(\s*(?:"[^"]*": )?)(-?\d{16,}|\d\.\d+e\+\d+)(,?)$/gm,
    '$1"#$2"$3',
  );
  return (JSON.parse(text) as { cases: readonly Case[] }).cases;
}

/** Keys sorted, long integers as text, so that values compare whatever their spelling. */
function comparable(value: Value | undefined): unknown {
  if (typeof value === "bigint") return `#${value}`;
  if (typeof value === "number") return Math.abs(value) >= 1e15 ? `#${value}` : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(comparable);
  return Object.entries(value)
    .map(([key, item]) => [key, comparable(item as Value)])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

const own = join(repository, "fixtures", "yaml", "as-kubectl.json");
const given = shared("yaml-as-kubectl.json");

describe.each([
  { source: "our own inputs", path: own },
  { source: "the shared inputs (skipped where they are not at hand)", path: given },
])("reads as kubectl does: $source", ({ path }) => {
  const cases = path === null ? [] : readCases(path);
  it.skipIf(cases.length === 0)("has inputs", () => expect(cases.length).toBeGreaterThan(50));

  for (const { name, case: title, input, documents, error } of cases) {
    it(`${name ?? title}`, () => {
      const found = parseDocuments({ path: "input.yaml", text: input });
      const broken = found.filter((document) => document.error !== null);
      if (typeof error === "string") {
        expect(broken.length, `kubectl: ${error}`).toBeGreaterThan(0);
        for (const { error: ours, value, span } of broken) {
          expect(value).toBeUndefined();
          expect(ours?.message.length).toBeLessThan(120);
          expect(ours?.at.start).toBeGreaterThanOrEqual(span.start);
          expect(ours?.at.end).toBeLessThanOrEqual(span.end);
        }
      } else {
        expect(broken.map((document) => document.error?.message)).toEqual([]);
        expect(found.map((document) => comparable(document.value))).toEqual(
          documents?.map((document) => comparable(document as Value)),
        );
      }
    });
  }
});
