import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSchemas, leanSchemas } from "../../scripts/schemas.ts";
import { isMapping, type Value } from "../../src/model/value.ts";
import { explain } from "../../src/schema/explain.ts";
import { validators } from "../../src/schema/generated/validators.js";
import { child, schemaOf, typesOf, type Node } from "../../src/schema/schema.ts";
import { repository } from "../shared.ts";

describe("generated files", () => {
  it.each(Object.entries(compileSchemas()))("%s is what scripts/schemas.ts makes", (name, text) => {
    // Not toEqual: a difference of 200 kB on one line helps nobody.
    const committed = readFileSync(join(repository, "src/schema/generated", name), "utf8");
    expect(committed === text, "run `npx tsx scripts/schemas.ts`").toBe(true);
  });

  it("need nothing at run time", () => {
    expect(compileSchemas()["validators.js"]).not.toMatch(/\brequire\(|\bimport\b|\beval\b|new Function/);
  });
});

/** Without null, which the API server drops before it validates. */
const junk: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(true, 0, 443, -1, 1.5, 70_000, "x", "STRICT", "TCP"),
  fc.constant<Value>([]),
  fc.constant<Value>(["x", 1]),
  fc.constant<Value>({}),
  fc.constant<Value>({ name: "x", metadata: {} }),
);

/** Values that mostly fit a schema: some keys left out, some added, some values replaced. */
function likely(node: Node, depth = 0): fc.Arbitrary<Value> {
  const { schema } = node;
  const [type] = typesOf(schema);
  const fitting = (): fc.Arbitrary<Value> => {
    if (schema.enum) return fc.constantFrom<Value>(...schema.enum);
    if (type === "boolean") return fc.boolean();
    if (type === "integer" || type === "number") return fc.integer({ min: 1, max: schema.maximum ?? 99 });
    if (type === "string") return fc.constant("text");
    const items = child(node, 0);
    if (type === "list") return fc.array(items ? likely(items, depth + 1) : junk, { maxLength: 2 });
    const keys = Object.keys(schema.properties ?? {});
    if (depth > 7 || type !== "mapping") return fc.constant<Value>(type === "mapping" ? {} : "anything");
    const free = schema.additionalProperties === false ? [] : ["free"];
    return fc.subarray([...keys, ...free], { minLength: 0 }).chain((some) => {
      const wanted = new Set([...(schema.required ?? []), ...some]);
      const parts: Record<string, fc.Arbitrary<Value>> = {};
      for (const key of wanted) {
        const below = child(node, key);
        parts[key] = below ? likely(below, depth + 1) : junk;
      }
      return fc.record(parts);
    });
  };
  const arbitrary = fitting();
  const odd = fc.oneof({ weight: 60, arbitrary }, { weight: 1, arbitrary: junk });
  if (type !== "mapping") return odd;
  return fc
    .tuple(odd, fc.constantFrom("", ...Array<string>(40).fill(""), "unknown", "hasOwnProperty", "__proto__"))
    .map(([value, key]) => {
      if (key === "" || !isMapping(value)) return value;
      return Object.defineProperty({ ...value }, key, { value: 1, enumerable: true });
    });
}

describe("compiled validators, ajv itself and the explanation agree", () => {
  const ajv = new Ajv({ strict: false, allowUnionTypes: true });
  for (const { schema } of leanSchemas()) ajv.addSchema(schema);
  const strict = { fragment: false, nullItems: false };

  it.each(leanSchemas().flatMap(({ id, kind }) => (kind === null ? [] : [[kind, id] as const])))(
    "%s",
    (kind, id) => {
      const node = schemaOf(kind);
      const compiled = validators[kind];
      if (!node || !compiled) throw new Error(`no schema for ${kind}`);
      const verdicts = new Set<boolean>();
      fc.assert(
        fc.property(likely(node), (value) => {
          const expected = ajv.validate(id, value);
          verdicts.add(expected);
          expect(compiled(value)).toBe(expected);
          expect([...explain(node, value, [], strict)].length === 0).toBe(expected);
        }),
        { numRuns: 150, seed: 20, endOnFailure: true },
      );
      expect(verdicts, "both verdicts must occur").toEqual(new Set([true, false]));
    },
  );
});
